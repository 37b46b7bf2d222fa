#include "node/store/signer.h"

#include <utility>

#include <openssl/evp.h>

namespace freshet::store {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Context new_context() {
  return {EVP_MD_CTX_new(), &EVP_MD_CTX_free};
}

// Ed25519 takes its message in one piece.
Bytes labelled(std::string_view label, ByteView message) {
  Bytes whole;
  whole.reserve(label.size() + 1 + message.size());
  for (const char each : label) whole.push_back(static_cast<Byte>(each));
  whole.push_back(0);
  whole.insert(whole.end(), message.begin(), message.end());
  return whole;
}

}  // namespace

struct Signer::Key {
  Pkey pkey;
};

Signer::Signer(std::unique_ptr<Key> key) : key_(std::move(key)) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

Result<Signer> Signer::make(ByteView secret) {
  Pkey pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size()),
            &EVP_PKEY_free);
  if (!pkey) return Error{.code = ErrorCode::io, .message = "OpenSSL takes no Ed25519 key"};
  return Signer(std::make_unique<Key>(Key{.pkey = std::move(pkey)}));
}

Bytes Signer::sign(std::string_view label, ByteView message) const {
  const Bytes whole = labelled(label, message);
  const Context context = new_context();
  Bytes signature(kSignatureBytes);
  std::size_t size = signature.size();
  if (!context
      || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->pkey.get()) != 1
      || EVP_DigestSign(context.get(), signature.data(), &size, whole.data(), whole.size()) != 1) {
    return {};
  }
  return signature;
}

bool is_signed_by(const NodeKey& signer,
                  std::string_view label,
                  ByteView message,
                  ByteView signature) {
  if (signature.size() != kSignatureBytes) return false;
  const Pkey pkey(EVP_PKEY_new_raw_public_key(
                      EVP_PKEY_ED25519, nullptr, signer.bytes.data(), signer.bytes.size()),
                  &EVP_PKEY_free);
  const Context context = new_context();
  if (!pkey || !context) return false;
  const Bytes whole = labelled(label, message);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1
         && EVP_DigestVerify(
                context.get(), signature.data(), signature.size(), whole.data(), whole.size())
                == 1;
}

}  // namespace freshet::store
