#include "node/wire/bt/keyed_hash.h"

#include <openssl/evp.h>

#include "node/base/check.h"

namespace freshet::wire::bt {

Sha256 keyed_hash(ByteView key, std::string_view purpose, std::initializer_list<ByteView> parts) {
  Bytes message(purpose.begin(), purpose.end());
  message.push_back(0);
  for (const ByteView part : parts) message.insert(message.end(), part.begin(), part.end());
  Sha256 digest;
  std::size_t size = 0;
  const bool done = EVP_Q_mac(nullptr,
                              "HMAC",
                              nullptr,
                              "SHA256",
                              nullptr,
                              key.data(),
                              key.size(),
                              message.data(),
                              message.size(),
                              digest.bytes.data(),
                              digest.bytes.size(),
                              &size)
                    != nullptr;
  FRESHET_CHECK(done && size == Sha256::kSize);
  return digest;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  volatile Byte difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<Byte>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace freshet::wire::bt
