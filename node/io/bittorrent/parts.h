// What the plain BitTorrent side of a node needs of the rest of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/bittorrent/torrent.h"
#include "node/wire/bt/messages.h"

namespace freshet::io {

struct TcpSocket;

/// Where other nodes serve a torrent.
struct PlainSources {
  std::vector<Endpoint> at;
  bool more_to_come = false;  ///< some may be added within seconds
};

/// Callbacks of the readers come later, from the loop, never from within the call.
struct PlainParts {
  std::function<TimePoint()> now;
  /// The torrent of that name that is served now; nullptr: none.
  std::function<core::bittorrent::TorrentPtr(const InfoHash&)> find;
  /// A client dialled and named a torrent that is not served: of one that is fetched, the link is
  /// taken over, with what came of it. False: nobody wants it; closed.
  std::function<bool(const InfoHash&, TcpSocket&&, const Endpoint& from, ByteView came)> hand_over;
  using BlockRead = std::function<void(std::optional<Bytes>)>;
  /// Of a torrent's stream.
  std::function<void(
      const core::bittorrent::Torrent&, std::uint64_t offset, std::uint32_t length, BlockRead)>
      read;
  using HashesRead = std::function<void(std::optional<std::vector<Sha256>>)>;
  /// Of a content whose root the request names.
  std::function<void(const ContentId&, const wire::bt::HashRequest&, HashesRead)> read_hashes;
  /// A client lacks something of a torrent: the mesh is to be asked who serves it. `ready`, at once
  /// or within seconds: what came of it soon can be told.
  std::function<void(const core::bittorrent::TorrentPtr&, std::function<void()> ready)> seek;
  std::function<PlainSources(const core::bittorrent::TorrentPtr&)> sources;
};

}  // namespace freshet::io
