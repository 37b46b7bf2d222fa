// Encryption off, for the benchmark alone: linked into programs of its own in place of
// node/io/net/records.cpp. Handshake and proof of membership stay; what follows them goes as it is.
// Both ends must be such programs: to any other the data is no TLS.
#include <algorithm>
#include <cstring>

#include <openssl/ssl.h>

#include "node/io/net/records.h"

namespace freshet::io {

RecordResult read_record(SSL* /*ssl*/, FlatBio& flat, Byte* to, std::size_t room) {
  const std::size_t taken = std::min(room, flat.in.size());
  if (taken == 0) return {.bytes = 0, .error = SSL_ERROR_WANT_READ};
  std::memcpy(to, flat.in.data(), taken);
  flat.in = flat.in.subspan(taken);
  return {.bytes = static_cast<int>(taken), .error = SSL_ERROR_NONE};
}

RecordResult write_record(SSL* /*ssl*/, FlatBio& flat, ByteView bytes) {
  flat.out->append(bytes);
  return {.bytes = static_cast<int>(bytes.size()), .error = SSL_ERROR_NONE};
}

}  // namespace freshet::io
