#include "node/io/net/records.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace freshet::io {
namespace {

RecordResult result_of(const SSL* ssl, int moved) {
  if (moved > 0) return {.bytes = moved, .error = SSL_ERROR_NONE};
  return {.bytes = 0, .error = SSL_get_error(ssl, moved)};
}

}  // namespace

RecordResult read_record(SSL* ssl, FlatBio& /*flat*/, Byte* to, std::size_t room) {
  ERR_clear_error();
  return result_of(ssl, SSL_read(ssl, to, static_cast<int>(room)));
}

RecordResult write_record(SSL* ssl, FlatBio& /*flat*/, ByteView bytes) {
  ERR_clear_error();
  return result_of(ssl, SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())));
}

}  // namespace freshet::io
