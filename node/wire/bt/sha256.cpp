#include "node/wire/bt/sha256.h"

#include <array>
#include <cstring>

#include <openssl/evp.h>

#include "node/base/check.h"

namespace freshet::wire::bt {
namespace {

// Fetching the algorithm costs several times what hashing 64 bytes does, so each thread does it
// once.
class Hasher {
 public:
  Hasher() : method_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    FRESHET_CHECK(method_ != nullptr && context_ != nullptr);
  }
  ~Hasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(method_);
  }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hasher(Hasher&&) = delete;
  Hasher& operator=(Hasher&&) = delete;

  Sha256 hash(ByteView bytes) {
    Sha256 digest;
    const bool done = EVP_DigestInit_ex2(context_, method_, nullptr) == 1
                      && EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1
                      && EVP_DigestFinal_ex(context_, digest.bytes.data(), nullptr) == 1;
    FRESHET_CHECK(done);
    return digest;
  }

 private:
  EVP_MD* method_;
  EVP_MD_CTX* context_;
};

}  // namespace

Sha256 sha256(ByteView bytes) {
  thread_local Hasher hasher;
  return hasher.hash(bytes);
}

Sha256 sha256_pair(const Sha256& left, const Sha256& right) {
  std::array<Byte, 2 * Sha256::kSize> both{};
  std::memcpy(both.data(), left.bytes.data(), Sha256::kSize);
  std::memcpy(both.data() + Sha256::kSize, right.bytes.data(), Sha256::kSize);
  return sha256(both);
}

}  // namespace freshet::wire::bt
