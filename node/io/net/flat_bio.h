// OpenSSL's view of a connection as two flat pieces of memory: ciphertext that came, and ciphertext to be sent. OpenSSL's
// own memory BIO moves its content on every read; this one moves a pointer.
#pragma once

#include "node/base/bytes.h"

typedef struct bio_st BIO;  // NOLINT(modernize-use-using): OpenSSL's own declaration

namespace freshet::io {

struct FlatBio {
  ByteView in;  ///< what is left to read; empty: retry later
  Bytes out;    ///< what was written, appended

  /// A BIO on this object, which must outlive it. To be freed with BIO_free(), or by the SSL that owns it.
  BIO* make();
};

}  // namespace freshet::io
