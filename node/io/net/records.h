// How a link's data is put on the wire once the link is up: in TLS records. A file of its own, so
// that a benchmark can measure what encryption costs by linking another one in its place
// (tests/bench/relay/clear_records.cpp); no setting of a daemon leads there.
#pragma once

#include "node/base/bytes.h"
#include "node/io/net/flat_bio.h"

typedef struct ssl_st SSL;  // NOLINT(modernize-use-using): OpenSSL's own declaration

namespace freshet::io {

struct RecordResult {
  int bytes = 0;  ///< above zero, or `error` says why not
  int error = 0;  ///< as of SSL_get_error()
};

/// Decrypts the rest of one record out of `flat.in`, `room` bytes at most.
RecordResult read_record(SSL* ssl, FlatBio& flat, Byte* to, std::size_t room);
/// Encrypts `bytes` as one record into `flat.out`. REQUIRES: 1 to 16 KiB.
RecordResult write_record(SSL* ssl, FlatBio& flat, ByteView bytes);

}  // namespace freshet::io
