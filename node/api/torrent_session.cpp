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

void publish(io::Daemon& daemon,
             const ContentId& content,
             wire::bt::TorrentKind kind,
             const Responder<TorrentRequest>& reply) {
  daemon.torrents().publish(content, kind, [reply](const Result<io::TorrentView>& published) {
    if (published) {
      reply.done(text_from(*published));
    } else {
      reply.fail(published.error());
    }
  });
}

std::string no_item(const std::string& path) {
  return path
         + " is no folder that this node offers as one item: it must be shared (freshet share ls), "
           "hold 2 to 10,000 files, and all of them must be hashed";
}

}  // namespace

void run_torrent(io::Daemon& daemon,
                 const TorrentRequest& request,
                 const Responder<TorrentRequest>& reply) {
  if (request.what.starts_with('/')) {
    if (const auto list = daemon.folders().at(request.what)) {
      publish(daemon, *list, request.kind, reply);
    } else {
      reply.fail({.code = ErrorCode::not_found, .message = no_item(request.what)});
    }
    return;
  }
  daemon.searches().resolve(
      request.what,
      kPatience,
      [&daemon, reply, kind = request.kind](const Result<io::Wanted>& wanted) {
        if (!wanted) {
          reply.fail(wanted.error());
          return;
        }
        publish(daemon, wanted->content, kind, reply);
      });
}

}  // namespace freshet::api
