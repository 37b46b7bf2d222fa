// What a node and its metadata worker say to each other, over a socket pair that keeps datagrams
// apart (SOCK_SEQPACKET). The worker opens nothing: it is given open files.
//
//     worker: kReady
//     node:   kAsk, with one open file (SCM_RIGHTS)
//     worker: kAnswer, then an encoded wire::FileMetadata, empty when there is none
#pragma once

#include <cstddef>

#include "node/base/bytes.h"
#include "node/wire/overlay/file_metadata.h"

namespace freshet::store {

/// The worker's end of the pair.
inline constexpr int kMetadataWorkerFd = 3;

inline constexpr Byte kMetadataReady{'r'};
inline constexpr Byte kMetadataAsk{'?'};
inline constexpr Byte kMetadataAnswer{'='};

/// Of one datagram of the worker's.
inline constexpr std::size_t kMaxMetadataReplyBytes = 1 + wire::kMaxMetadataBytes;

}  // namespace freshet::store
