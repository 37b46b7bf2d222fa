// What nodes say to one another about a torrent of a content that both have: whether the other one
// serves it to BitTorrent clients, and the signed record by which it comes to know the torrent.
// Decoders take any bytes, allocate nothing for a record, and never throw. Schema:
// proto/freshet/overlay/v1/overlay.proto.
//
//   asker -> source  torrent_ask {content, name of the torrent}
//   source -> asker  torrent_answer: yes, no, or
//                      wait: it is being checked already, and another answer follows, or
//                      show: the record, please
//   asker -> source  torrent_record, in parts
//   source -> asker  torrent_answer: wait, and yes or no when it was checked
//
// On a connection of its own (ALPN freshet-torrent/1), which the asker opens to an address of a
// signed hit and on which no other key than the hit's is accepted. So the answer also says that the
// source can be dialled there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire {

/// Of a signed record: the largest info dictionary (wire/bt/metainfo.h) and what is around it.
inline constexpr std::size_t kMaxPublicationBytes = (std::size_t{4} << 20U) + 1024;
/// A part of a record that is shorter is its last one.
inline constexpr std::size_t kPublicationPartBytes = std::size_t{32} * 1024;

struct TorrentAsk {
  ContentId content;
  InfoHash info_hash;
};
enum class TorrentAnswer : std::uint8_t {
  no = 0,
  show = 1,
  wait = 2,
  yes = 3,
};

Bytes encode(const TorrentAsk& ask);
Bytes encode(TorrentAnswer answer);
std::optional<TorrentAsk> decode_torrent_ask(ByteView body);
/// A state that is not known is `no`.
std::optional<TorrentAnswer> decode_torrent_answer(ByteView body);

/// Views into what was decoded.
struct Publication {
  NodeKey publisher;
  ContentId content;
  InfoHash info_hash;
  ByteView info;  ///< not empty; not looked into
};
struct SignedPublication {
  Publication record;
  ByteView record_bytes;  ///< as signed
  ByteView signature;     ///< 64 bytes
};

/// The record alone, as a signature covers it; and both.
Bytes encode_publication(const Publication& record);
Bytes encode_signed_publication(ByteView record, ByteView signature);
/// nullopt: malformed, or longer than kMaxPublicationBytes.
std::optional<SignedPublication> decode_signed_publication(ByteView bytes);

}  // namespace freshet::wire
