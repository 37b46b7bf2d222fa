// A moderator's list of what is not wanted, signed; and which list a node has. Decoders take any
// bytes and never throw. Schema: proto/freshet/overlay/v1/overlay.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire {

/// Nodes and contents together: 32 KiB, half of what a frame may hold.
inline constexpr std::size_t kMaxBlockListEntries = 1000;

struct BlockList {
  NodeKey moderator;
  std::uint64_t version = 0;  ///< from 1; a higher one replaces the whole list
  std::vector<NodeKey> nodes;
  std::vector<ContentId> contents;
};
/// Frame type 0xC8.
struct SignedBlockList {
  BlockList list;
  Bytes list_bytes;  ///< as signed
  Bytes signature;   ///< 64 bytes
};
/// Frame type 0xC9: what a node has; version 0: nothing yet.
struct BlockListVersion {
  NodeKey moderator;
  std::uint64_t version = 0;
};

Bytes encode_list(const BlockList& list);
Bytes encode_signed_list(ByteView list, ByteView signature);
Bytes encode(const BlockListVersion& version);

std::optional<SignedBlockList> decode_signed_list(ByteView body);
std::optional<BlockListVersion> decode_list_version(ByteView body);

}  // namespace freshet::wire
