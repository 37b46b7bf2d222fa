#include "node/wire/overlay/beacon.h"

#include <algorithm>
#include <string>

#include "freshet/overlay/v1/beacon.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr std::uint32_t kMagic = 0x46525348;
constexpr std::uint32_t kVersion = 1;

Bytes serialized(const pb::Beacon& message) {
  Bytes datagram(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(datagram.data());
  return datagram;
}

std::optional<pb::Beacon> parsed(ByteView datagram) {
  pb::Beacon message;
  if (datagram.size() > kMaxBeaconBytes
      || !message.ParseFromArray(datagram.data(), static_cast<int>(datagram.size()))
      || message.magic() != kMagic || message.version() != kVersion) {
    return std::nullopt;
  }
  return message;
}

}  // namespace

Bytes encode_beacon(const Beacon& beacon) {
  pb::Beacon message;
  message.set_magic(kMagic);
  message.set_version(kVersion);
  message.set_node(std::string(text_of(beacon.node.view())));
  message.set_listen_port(beacon.listen_port);
  message.set_reply(beacon.reply);
  return serialized(message);
}

std::optional<Beacon> decode_beacon(ByteView datagram) {
  const auto message = parsed(datagram);
  const bool well_formed = message && message->node().size() == NodeKey::kSize
                           && message->listen_port() != 0 && message->listen_port() <= 0xFFFF;
  if (!well_formed) return std::nullopt;
  return Beacon{.node = NodeKey::from(bytes_of(message->node())),
                .listen_port = static_cast<std::uint16_t>(message->listen_port()),
                .reply = message->reply()};
}

Bytes encode_sealed_beacon(const SealedBeacon& beacon) {
  pb::Beacon message;
  message.set_magic(kMagic);
  message.set_version(kVersion);
  message.set_salted_tag(std::string(text_of(beacon.salt)) + std::string(text_of(beacon.tag)));
  message.set_sealed(std::string(text_of(beacon.sealed)));
  return serialized(message);
}

std::optional<SealedBeacon> decode_sealed_beacon(ByteView datagram) {
  const auto message = parsed(datagram);
  const bool well_formed =
      message && message->salted_tag().size() == SealedBeacon::kSaltBytes + SealedBeacon::kTagBytes
      && !message->sealed().empty() && message->sealed().size() <= SealedBeacon::kMaxSealedBytes;
  if (!well_formed) return std::nullopt;
  SealedBeacon beacon;
  const ByteView salted = bytes_of(message->salted_tag());
  std::copy_n(salted.begin(), SealedBeacon::kSaltBytes, beacon.salt.begin());
  std::copy_n(
      salted.begin() + SealedBeacon::kSaltBytes, SealedBeacon::kTagBytes, beacon.tag.begin());
  const ByteView sealed = bytes_of(message->sealed());
  beacon.sealed.assign(sealed.begin(), sealed.end());
  return beacon;
}

}  // namespace freshet::wire
