#include "node/core/bittorrent/extensions.h"

#include <string_view>

namespace freshet::core::bittorrent {

using wire::bt::Bencoded;

namespace {

std::optional<std::int64_t> number_in(const Bencoded::Value& from, std::string_view key) {
  const auto value = from.find(key);
  return value ? value->integer() : std::nullopt;
}

std::uint8_t id_in(const Bencoded::Value& names, std::string_view name) {
  const auto id = number_in(names, name);
  return id && *id > 0 && *id <= UINT8_MAX ? static_cast<std::uint8_t>(*id) : std::uint8_t{0};
}

}  // namespace

wire::bt::BencodeWriter own_extensions() {
  wire::bt::BencodeWriter hello;
  hello.begin_dictionary().key("m").begin_dictionary();
  hello.key("ut_metadata").integer(kOwnMetadataId).key("ut_pex").integer(kOwnPexId).end();
  return hello;
}

std::optional<PeerExtensions> read_extensions(ByteView payload) {
  const auto document = Bencoded::parse(payload);
  if (!document || document->root().type() != Bencoded::Type::dictionary) return std::nullopt;
  const auto root = document->root();
  PeerExtensions peer{.names = std::nullopt,
                      .reqq = number_in(root, "reqq"),
                      .metadata_size = number_in(root, "metadata_size")};
  if (const auto names = root.find("m")) {
    peer.names = PeerExtensions::Names{.metadata_id = id_in(*names, "ut_metadata"),
                                       .pex_id = id_in(*names, "ut_pex")};
  }
  return peer;
}

}  // namespace freshet::core::bittorrent
