#include "node/wire/overlay/beacon.h"

#include <string>

#include "freshet/overlay/v1/beacon.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr std::uint32_t kMagic = 0x46525348;
constexpr std::uint32_t kVersion = 1;

}  // namespace

Bytes encode_beacon(const Beacon& beacon) {
  pb::Beacon message;
  message.set_magic(kMagic);
  message.set_version(kVersion);
  message.set_node(std::string(text_of(beacon.node.view())));
  message.set_listen_port(beacon.listen_port);
  message.set_reply(beacon.reply);
  Bytes datagram(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(datagram.data());
  return datagram;
}

std::optional<Beacon> decode_beacon(ByteView datagram) {
  if (datagram.size() > kMaxBeaconBytes) return std::nullopt;
  pb::Beacon message;
  if (!message.ParseFromArray(datagram.data(), static_cast<int>(datagram.size())))
    return std::nullopt;
  const bool well_formed = message.magic() == kMagic && message.version() == kVersion
                           && message.node().size() == NodeKey::kSize && message.listen_port() != 0
                           && message.listen_port() <= 0xFFFF;
  if (!well_formed) return std::nullopt;
  return Beacon{.node = NodeKey::from(bytes_of(message.node())),
                .listen_port = static_cast<std::uint16_t>(message.listen_port()),
                .reply = message.reply()};
}

}  // namespace freshet::wire
