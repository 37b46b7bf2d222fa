#include "node/wire/bt/sha1.h"

#include <openssl/evp.h>

#include "node/base/check.h"

namespace freshet::wire::bt {

InfoHash sha1(ByteView bytes) {
  InfoHash digest;
  unsigned length = 0;
  const bool done =
      EVP_Digest(bytes.data(), bytes.size(), digest.bytes.data(), &length, EVP_sha1(), nullptr)
      == 1;
  FRESHET_CHECK(done && length == kSha1Bytes);
  return digest;
}

}  // namespace freshet::wire::bt
