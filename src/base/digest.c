/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

struct digest *digest_new(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		BUG("libcrypto has no SHA-256");
	return (struct digest *)context;
}

void digest_add(struct digest *digest, const void *data, size_t len)
{
	EVP_DigestUpdate((EVP_MD_CTX *)digest, data, len);
}

static void to_text(const unsigned char *raw, char text[DIGEST_TEXT_SIZE])
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < 32; i++) {
		text[2 * i] = hex[raw[i] >> 4];
		text[2 * i + 1] = hex[raw[i] & 15];
	}
	text[64] = '\0';
}

void digest_free(struct digest *digest)
{
	EVP_MD_CTX_free((EVP_MD_CTX *)digest);
}

static void finish(struct digest *digest, char text[DIGEST_TEXT_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];

	EVP_DigestFinal_ex((EVP_MD_CTX *)digest, raw, NULL);
	to_text(raw, text);
}

void digest_finish(struct digest *digest, char text[DIGEST_TEXT_SIZE])
{
	finish(digest, text);
	digest_free(digest);
}

void digest_peek(const struct digest *digest, char text[DIGEST_TEXT_SIZE])
{
	struct digest *copy = digest_new();

	EVP_MD_CTX_copy_ex((EVP_MD_CTX *)copy, (const EVP_MD_CTX *)digest);
	digest_finish(copy, text);
}

void digest_bytes_with(struct digest *digest, const void *data, size_t len,
		       char text[DIGEST_TEXT_SIZE])
{
	/* Without a kind it keeps its own, which is not looked up again. */
	if (EVP_DigestInit_ex((EVP_MD_CTX *)digest, NULL, NULL) != 1)
		BUG("libcrypto cannot begin SHA-256 again");
	digest_add(digest, data, len);
	finish(digest, text);
}

void digest_bytes(const void *data, size_t len, char text[DIGEST_TEXT_SIZE])
{
	struct digest *digest = digest_new();

	digest_bytes_with(digest, data, len, text);
	digest_free(digest);
}

int digest_file(const char *path, char text[DIGEST_TEXT_SIZE],
		struct error *err)
{
	int fd = file_open(path, O_RDONLY, 0, err);
	struct digest *digest;
	char buffer[65536];
	ssize_t n;

	if (fd < 0)
		return -1;
	digest = digest_new();
	while ((n = read(fd, buffer, sizeof(buffer))) > 0 ||
	       (n < 0 && errno == EINTR))
		if (n > 0)
			digest_add(digest, buffer, (size_t)n);
	if (n < 0)
		error_set(err, ERROR_IO, "cannot read %s: %s", path,
			  strerror(errno));
	digest_finish(digest, text);
	close(fd);
	return n < 0 ? -1 : 0;
}
