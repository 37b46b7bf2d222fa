#include "node/wire/overlay/block_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/message.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr std::size_t kSignatureBytes = 64;

// Ids in a row, without anything between them.
template <typename Id>
std::string packed(const std::vector<Id>& ids) {
  std::string bytes;
  for (const Id& id : ids) bytes += text_of(id.view());
  return bytes;
}

template <typename Id>
bool unpack(const std::string& from, std::vector<Id>& to) {
  if (from.size() % Id::kSize != 0 || from.size() / Id::kSize > kMaxBlockListEntries) return false;
  for (ByteView rest = bytes_of(from); !rest.empty(); rest = rest.subspan(Id::kSize))
    to.push_back(Id::from(rest.first(Id::kSize)));
  return true;
}

std::optional<BlockList> decode_list(const std::string& bytes) {
  pb::BlockList message;
  if (!parse(bytes_of(bytes), message) || message.version() == 0
      || message.moderator().size() != NodeKey::kSize) {
    return std::nullopt;
  }
  BlockList list{.moderator = NodeKey::from(bytes_of(message.moderator())),
                 .version = message.version(),
                 .nodes = {},
                 .contents = {}};
  if (!unpack(message.nodes(), list.nodes) || !unpack(message.contents(), list.contents)
      || list.nodes.size() + list.contents.size() > kMaxBlockListEntries) {
    return std::nullopt;
  }
  return list;
}

}  // namespace

Bytes encode_list(const BlockList& list) {
  pb::BlockList message;
  message.set_moderator(std::string(text_of(list.moderator.view())));
  message.set_version(list.version);
  message.set_nodes(packed(list.nodes));
  message.set_contents(packed(list.contents));
  return serialize(message);
}

Bytes encode_signed_list(ByteView list, ByteView signature) {
  pb::SignedBlockList message;
  message.set_list(list.data(), list.size());
  message.set_signature(signature.data(), signature.size());
  return serialize(message);
}

Bytes encode(const BlockListVersion& version) {
  pb::BlockListVersion message;
  message.set_moderator(std::string(text_of(version.moderator.view())));
  message.set_version(version.version);
  return serialize(message);
}

std::optional<SignedBlockList> decode_signed_list(ByteView body) {
  pb::SignedBlockList message;
  if (!parse(body, message) || message.signature().size() != kSignatureBytes) return std::nullopt;
  auto list = decode_list(message.list());
  if (!list) return std::nullopt;
  const ByteView signed_bytes = bytes_of(message.list());
  const ByteView signature = bytes_of(message.signature());
  return SignedBlockList{.list = std::move(*list),
                         .list_bytes = Bytes(signed_bytes.begin(), signed_bytes.end()),
                         .signature = Bytes(signature.begin(), signature.end())};
}

std::optional<BlockListVersion> decode_list_version(ByteView body) {
  pb::BlockListVersion message;
  if (!parse(body, message) || message.moderator().size() != NodeKey::kSize) return std::nullopt;
  return BlockListVersion{.moderator = NodeKey::from(bytes_of(message.moderator())),
                          .version = message.version()};
}

}  // namespace freshet::wire
