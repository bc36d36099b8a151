/* Owns: the answer's way into libmicrohttpd. The body stays in the request's arena until the client has it.
 * Thread: the I/O thread. */
#include "http/internal.h"

#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

/* A client must take this many bytes a millisecond beyond the fixed time for an answer. */
#define REPLY_BYTES_PER_MS 4

static struct MHD_Response *make_response(struct reply *reply)
{
	if (reply->fd > 0) {
		struct MHD_Response *response = MHD_create_response_from_fd64(reply->length, reply->fd);
		if (response)
			reply->fd = 0;
		return response;
	}
	union {
		const char *in;
		void *out;
	} body = { .in = reply->body ? reply->body : "" };
	return MHD_create_response_from_buffer(reply->length, body.out, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result exchange_send(struct exchange *exchange)
{
	struct reply *reply = &exchange->req.reply;
	struct connection *connection = exchange->connection;
	if (exchange->listener && reply->status == 200)
		return stream_send(exchange);
	struct MHD_Response *response = make_response(reply);
	if (reply->fd > 0) {
		close(reply->fd);
		reply->fd = 0;
	}
	if (!response)
		return MHD_NO;
	bool good = true;
	if (reply->content_type)
		good = MHD_add_response_header(response, "Content-Type", reply->content_type) == MHD_YES;
	for (int i = 0; i < reply->header_count && good; i++)
		good = MHD_add_response_header(response, reply->header[i].name, reply->header[i].value) == MHD_YES;
	if (exchange->close_after || loop_stopping(exchange->loop))
		good = good && MHD_add_response_header(response, "Connection", "close") == MHD_YES;
	exchange->state = EXCHANGE_SENDING;
	connection_enter(connection, PHASE_REPLY, (int64_t)(reply->length / REPLY_BYTES_PER_MS));
	enum MHD_Result queued = good ? MHD_queue_response(connection->mhd, (unsigned int)reply->status, response) : MHD_NO;
	MHD_destroy_response(response);
	return queued;
}
