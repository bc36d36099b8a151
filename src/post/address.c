/* See address.h. Refuses: to resolve names; what is judged is the address that a connection really goes to. */
#include "post/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const struct {
	uint32_t network;
	int bits;
} special_four[] = {
	{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 },
	{ 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 }, { 0xe0000000, 4 },
	{ 0xf0000000, 4 },
};

static bool public_four(uint32_t address)
{
	for (size_t i = 0; i < sizeof(special_four) / sizeof(*special_four); i++)
		if ((address ^ special_four[i].network) >> (32 - special_four[i].bits) == 0)
			return false;
	return true;
}

static uint32_t four_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool public_six(const unsigned char *bytes)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, translated[12] = { 0, 0x64, 0xff, 0x9b };
	if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, translated, 12) == 0)
		return public_four(four_at(bytes + 12));
	if (bytes[0] == 0x20 && bytes[1] == 0x02) /* 6to4 carries an address of version 4 */
		return public_four(four_at(bytes + 2));
	if (bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] < 0x02 || (bytes[2] == 0x0d && bytes[3] == 0xb8))) /* protocol use, documentation */
		return false;
	return (bytes[0] & 0xe0) == 0x20; /* 2000::/3 is all that is given out */
}

bool address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return public_four(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
	return address->sa_family == AF_INET6 && public_six(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
}

bool address_listed(const char *list, const char *host)
{
	size_t length = strlen(host);
	while (*list) {
		size_t size = strcspn(list, ",");
		const char *name = list + strspn(list, " \t");
		size_t name_length = (size_t)(list + size - name);
		while (name_length > 0 && strchr(" \t", name[name_length - 1]))
			name_length--;
		if (length > 0 && name_length == length && strncasecmp(name, host, length) == 0)
			return true;
		list += size + (list[size] == ',');
	}
	return false;
}
