// OpenSSL's view of a connection as two flat pieces of memory: ciphertext that came, and ciphertext
// to be sent. OpenSSL's own memory BIO moves its content on every read; this one moves a pointer.
// Touches no socket.
#pragma once

#include "node/base/bytes.h"
#include "node/io/net/flat_buffer.h"

typedef struct bio_st BIO;  // NOLINT(modernize-use-using): OpenSSL's own declaration

namespace freshet::io {

struct FlatBio {
  ByteView in;                ///< what is left to read; empty: retry later
  FlatBuffer* out = nullptr;  ///< what is written is appended here. REQUIRED while OpenSSL runs

  /// A BIO on this object, which must outlive it; freed by the SSL that gets it. nullptr: no
  /// memory.
  BIO* make();
};

}  // namespace freshet::io
