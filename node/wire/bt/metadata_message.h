// ut_metadata (BEP 9): pieces of an info dictionary, asked for and answered in extension messages.
// Pure; a parser of foreign bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"

namespace freshet::wire::bt {

/// Of an info dictionary, in one message.
inline constexpr std::size_t kMetadataPieceBytes = 16384;

struct MetadataMessage {
  enum class Type : std::uint8_t { request = 0, data = 1, reject = 2 };
  Type type = Type::request;
  std::uint32_t piece = 0;
  std::uint64_t total_size = 0;  ///< of a `data`
  ByteView data;                 ///< borrowed; what follows the dictionary of a `data`
};
/// nullopt: malformed, or of a type that is not known.
std::optional<MetadataMessage> decode_metadata(ByteView payload);
/// The payload of an extension message.
Bytes encode(const MetadataMessage& message);

}  // namespace freshet::wire::bt
