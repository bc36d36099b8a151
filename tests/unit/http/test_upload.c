/* multipart/form-data: the first file, in place. */
#include "support.h"

#include "http/body.h"

#include <string.h>

static struct exchange *with_form(const char *type, const char *body, size_t length)
{
	struct exchange *exchange = fixture("/");
	fixture_body(exchange, type, body, length);
	return exchange;
}
#define FORM(body) with_form("multipart/form-data; boundary=XX", body, sizeof(body) - 1)

static void test_good(void **state)
{
	struct exchange *exchange = FORM("--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n"
									 "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"отчёт.pdf\"\r\n"
									 "Content-Type: application/pdf\r\n\r\na\0b\r\n--X\r\n--XX--\r\n");
	struct upload upload;
	(void)state;
	assert_true(body_upload(&exchange->req, &upload));
	assert_string_equal(upload.name, "отчёт.pdf");
	assert_string_equal(upload.content_type, "application/pdf");
	assert_int_equal(upload.length, 8);
	assert_memory_equal(upload.bytes, "a\0b\r\n--X", 8);
	fixture_free(exchange);
}

static void test_empty_file_and_quotes(void **state)
{
	static const char body[] =
		"--a b\r\nContent-Disposition: form-data; name=file; filename=\"C:\\\\dir\\\\x%22y.txt\"\r\n\r\n\r\n--a b--";
	struct exchange *exchange =
		with_form("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", body, sizeof(body) - 1);
	struct upload upload;
	(void)state;
	assert_true(body_upload(&exchange->req, &upload));
	assert_string_equal(upload.name, "x%22y.txt");
	assert_string_equal(upload.content_type, "application/octet-stream");
	assert_int_equal(upload.length, 0);
	fixture_free(exchange);
}

static void test_names(void **state)
{
	static const struct {
		const char *given, *cleaned;
	} cases[] = { { "../../etc/passwd", "passwd" }, { "a/b.txt", "b.txt" }, { "C:\\x\\y.txt", "y.txt" },
		{ " z ", "z" } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char body[256];
		int length = snprintf(body, sizeof(body),
			"--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"%s\"\r\nContent-Type: te "
			"xt/x\r\n\r\nq\r\n--XX--",
			cases[i].given);
		struct exchange *exchange = with_form("multipart/form-data; boundary=XX", body, (size_t)length);
		struct upload upload;
		assert_true(body_upload(&exchange->req, &upload));
		assert_string_equal(upload.name, cases[i].cleaned);
		assert_string_equal(upload.content_type, "application/octet-stream");
		fixture_free(exchange);
	}
}

static void refused(struct exchange *exchange, enum error_kind kind)
{
	struct upload upload;
	assert_false(body_upload(&exchange->req, &upload));
	assert_int_equal(exchange->req.ctx.error.kind, kind);
	fixture_free(exchange);
}

static void test_refused(void **state)
{
	(void)state;
	refused(with_form("application/json", "{}", 2), ERROR_MEDIA_TYPE);
	refused(with_form(NULL, "{}", 2), ERROR_MEDIA_TYPE);
	refused(with_form("multipart/form-datax; boundary=XX", "--XX--", 6), ERROR_MEDIA_TYPE);
	refused(with_form("multipart/form-data", "--XX--", 6), ERROR_UNREADABLE);
	refused(with_form("multipart/form-data; boundary=", "--XX--", 6), ERROR_UNREADABLE);
	refused(with_form("multipart/form-data; boundary=\"a", "--XX--", 6), ERROR_UNREADABLE);
	refused(FORM(""), ERROR_UNREADABLE);
	refused(FORM("--XX"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\n"), ERROR_UNREADABLE);
	refused(FORM("preamble\r\n--XX--"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\nabc"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\nContent-Disposition: form-data; name=f; filename=x\r\nabc"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\nContent-Disposition: form-data; name=f; filename=\"x\xff\"\r\n\r\nabc\r\n--XX--"),
		ERROR_UNREADABLE);
	refused(FORM("--XX\r\nContent-Disposition : form-data; filename=x\r\n\r\nabc\r\n--XX--"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\n folded\r\n\r\nabc\r\n--XX--"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\nContent-Type: a/b\r\n\r\nabc\r\n--XX--"), ERROR_UNREADABLE);
	refused(FORM("--XX\r\nContent-Disposition: attachment; filename=x\r\n\r\nabc\r\n--XX--"), ERROR_UNREADABLE);
	refused(FORM("--XX--"), ERROR_INVALID);
	refused(FORM("--XX\r\nContent-Disposition: form-data; name=f\r\n\r\nabc\r\n--XX--"), ERROR_INVALID);
	refused(FORM("--XX\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\n\r\nabc\r\n--XX--"), ERROR_INVALID);
}

int run_upload(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_empty_file_and_quotes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests_name("upload", tests, NULL, NULL);
}
