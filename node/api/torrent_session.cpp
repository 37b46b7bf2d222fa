#include "node/api/torrent_session.h"

namespace freshet::api {
namespace {

constexpr Millis kPatience{10'000};

TorrentText text_from(const io::TorrentView& view) {
  const auto& torrent = *view.torrent;
  return {.id = torrent.content,
          .name = torrent.info.name,
          .size_bytes = torrent.info.size_bytes,
          .v1 = torrent.names.v1,
          .v2 = torrent.names.v2,
          .file = view.file,
          .magnet = view.magnet,
          .trackers = view.trackers};
}

}  // namespace

void run_torrent(io::Daemon& daemon,
                 const TorrentRequest& request,
                 const Responder<TorrentRequest>& reply) {
  daemon.searches().resolve(
      request.what,
      kPatience,
      [&daemon, reply, kind = request.kind](const Result<io::Wanted>& wanted) {
        if (!wanted) {
          reply.fail(wanted.error());
          return;
        }
        daemon.torrents().publish(
            wanted->content, kind, [reply](const Result<io::TorrentView>& published) {
              if (published) {
                reply.done(text_from(*published));
              } else {
                reply.fail(published.error());
              }
            });
      });
}

}  // namespace freshet::api
