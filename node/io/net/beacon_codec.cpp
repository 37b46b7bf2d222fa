#include "node/io/net/beacon_codec.h"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "node/base/check.h"
#include "node/wire/bt/keyed_hash.h"

namespace freshet::io {
namespace {

using wire::SealedBeacon;
using wire::bt::keyed_hash;

constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kLengthBytes = 2;
// Length and open form, padded to a multiple of this: ours all fit one block.
constexpr std::size_t kPadding = 128;
// Each key seals one datagram, so the nonce may be the same.
constexpr std::array<Byte, 12> kNonce{};

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

Sha256 tag_of(const Sha256& mesh, ByteView salt) {
  return keyed_hash(mesh.view(), "freshet beacon tag 1", {salt});
}
Sha256 sealing_key(const Sha256& mesh, ByteView salt) {
  return keyed_hash(mesh.view(), "freshet beacon seal 1", {salt});
}

// A cipher with key and nonce set, and salt and tag as additional data. Sealing or opening.
Cipher start(const Sha256& mesh, const SealedBeacon& beacon, int sealing) {
  Sha256 key = sealing_key(mesh, beacon.salt);
  Cipher cipher(EVP_CIPHER_CTX_new());
  int ignored = 0;
  const bool ready =
      cipher != nullptr
      && EVP_CipherInit_ex(
             cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), kNonce.data(), sealing)
             == 1
      && EVP_CipherUpdate(
             cipher.get(), nullptr, &ignored, beacon.salt.data(), SealedBeacon::kSaltBytes)
             == 1
      && EVP_CipherUpdate(
             cipher.get(), nullptr, &ignored, beacon.tag.data(), SealedBeacon::kTagBytes)
             == 1;
  OPENSSL_cleanse(key.bytes.data(), key.bytes.size());
  FRESHET_CHECK(ready);
  return cipher;
}

Bytes padded(ByteView open) {
  const std::size_t blocks = (kLengthBytes + open.size() + kPadding - 1) / kPadding;
  Bytes plain(blocks * kPadding);
  store_le(static_cast<std::uint16_t>(open.size()), plain.data());
  std::copy(open.begin(), open.end(), plain.begin() + kLengthBytes);
  return plain;
}

Bytes encrypted(const Sha256& mesh, const SealedBeacon& beacon, const Bytes& plain) {
  const Cipher cipher = start(mesh, beacon, 1);
  Bytes sealed(plain.size() + kGcmTagBytes);
  int written = 0;
  int rest = 0;
  const bool done =
      EVP_CipherUpdate(
          cipher.get(), sealed.data(), &written, plain.data(), static_cast<int>(plain.size()))
          == 1
      && EVP_CipherFinal_ex(cipher.get(), sealed.data() + written, &rest) == 1
      && EVP_CIPHER_CTX_ctrl(
             cipher.get(), EVP_CTRL_GCM_GET_TAG, kGcmTagBytes, sealed.data() + plain.size())
             == 1;
  FRESHET_CHECK(done && static_cast<std::size_t>(written) == plain.size());
  return sealed;
}

// The open form; nullopt when the seal is broken.
std::optional<Bytes> unseal(const Sha256& mesh, const SealedBeacon& beacon) {
  if (beacon.sealed.size() < kGcmTagBytes + kLengthBytes) return std::nullopt;
  const Cipher cipher = start(mesh, beacon, 0);
  Bytes plain(beacon.sealed.size() - kGcmTagBytes);
  Bytes tag(beacon.sealed.end() - kGcmTagBytes, beacon.sealed.end());
  int written = 0;
  int rest = 0;
  const bool opened =
      EVP_CipherUpdate(cipher.get(),
                       plain.data(),
                       &written,
                       beacon.sealed.data(),
                       static_cast<int>(plain.size()))
          == 1
      && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kGcmTagBytes, tag.data()) == 1
      && EVP_CipherFinal_ex(cipher.get(), plain.data() + written, &rest) == 1;
  if (!opened) return std::nullopt;
  const std::size_t length = load_le<std::uint16_t>(plain.data());
  if (length > plain.size() - kLengthBytes) return std::nullopt;
  return Bytes(plain.begin() + kLengthBytes,
               plain.begin() + kLengthBytes + static_cast<std::ptrdiff_t>(length));
}

}  // namespace

BeaconCodec::BeaconCodec(std::optional<ByteView> mesh_key) {
  if (!mesh_key) return;
  FRESHET_CHECK(mesh_key->size() == Sha256::kSize);
  key_ = Sha256::from(*mesh_key);
}

BeaconCodec::~BeaconCodec() {
  if (key_) OPENSSL_cleanse(key_->bytes.data(), key_->bytes.size());
}

Bytes BeaconCodec::encode(const wire::Beacon& beacon) const {
  const Bytes open = wire::encode_beacon(beacon);
  return key_ ? seal(open) : open;
}

Bytes BeaconCodec::seal(ByteView open) const {
  FRESHET_CHECK(key_.has_value() && open.size() <= kMaxOpenBytes);
  SealedBeacon sealed;
  FRESHET_CHECK(RAND_bytes(sealed.salt.data(), SealedBeacon::kSaltBytes) == 1);
  const Sha256 tag = tag_of(*key_, sealed.salt);
  std::copy_n(tag.bytes.begin(), SealedBeacon::kTagBytes, sealed.tag.begin());
  sealed.sealed = encrypted(*key_, sealed, padded(open));
  return wire::encode_sealed_beacon(sealed);
}

std::optional<std::variant<wire::Beacon, ForeignBeacon>> BeaconCodec::decode(
    ByteView datagram) const {
  const auto sealed = wire::decode_sealed_beacon(datagram);
  if (!key_) {
    if (sealed) return ForeignBeacon{};
    if (const auto open = wire::decode_beacon(datagram)) return *open;
    return std::nullopt;
  }
  if (!sealed) {
    if (wire::decode_beacon(datagram)) return ForeignBeacon{};
    return std::nullopt;
  }
  const Sha256 tag = tag_of(*key_, sealed->salt);
  if (!wire::bt::equal_in_constant_time(tag.view().first(SealedBeacon::kTagBytes), sealed->tag))
    return ForeignBeacon{};
  const auto open = unseal(*key_, *sealed);
  const auto beacon = open ? wire::decode_beacon(*open) : std::nullopt;
  if (!beacon) return std::nullopt;
  return *beacon;
}

}  // namespace freshet::io
