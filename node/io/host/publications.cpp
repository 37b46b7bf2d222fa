#include "node/io/host/publications.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "node/store/published.h"
#include "node/store/torrent_pieces.h"
#include "node/store/types.h"
#include "node/wire/bt/merkle.h"

namespace freshet::io {
namespace {

namespace cb = core::bittorrent;
using wire::bt::TorrentKind;

// Blocking: reads the file where v1 is spoken.
Result<store::Published> make_torrent(const SharedContent& shared,
                                      TorrentKind kind,
                                      const std::stop_token& stop) {
  store::Published made{.content = shared.info.id, .info = {}, .encoded_info = {}};
  made.info.kind = kind;
  made.info.size_bytes = shared.info.size_bytes;
  made.info.piece_length = wire::bt::Shape::of(shared.info.size_bytes).piece_length;
  if (wire::bt::has_v2(kind)) made.info.root = shared.info.id;
  Result<Bytes> pieces = Error{ErrorCode::not_found, "the file is not there any more"};
  for (const store::FileRef& file : shared.files) {
    made.info.name = store::file_name_of(file.relative);
    pieces = wire::bt::has_v1(kind) ? store::torrent_pieces(file, made.info.piece_length, stop)
                                    : Result<Bytes>(Bytes());
    if (pieces) break;
  }
  if (!pieces) return pieces.error();
  made.info.pieces = std::move(*pieces);
  made.encoded_info = wire::bt::encode_info(made.info);
  return made;
}

// Blocking: reads all of its files.
Result<store::Published> make_folder_torrent(const ContentId& list,
                                             const FoundFolder& folder,
                                             const std::stop_token& stop) {
  store::Published made{.content = list, .info = {}, .encoded_info = {}};
  made.info.kind = TorrentKind::v1;
  made.info.name = folder.name;
  made.info.size_bytes = folder.files.list.size_bytes();
  made.info.piece_length = wire::bt::Shape::of(made.info.size_bytes).piece_length;
  for (const wire::bt::ListedFile& file : folder.files.list.files)
    made.info.files.push_back({.path = file.path, .size_bytes = file.size_bytes});
  auto pieces = store::torrent_pieces(folder.files.all(), made.info.piece_length, stop);
  if (!pieces) return pieces.error();
  made.info.pieces = std::move(*pieces);
  made.encoded_info = wire::bt::encode_info(made.info);
  if (!wire::bt::parse_info(made.encoded_info))
    return Error{ErrorCode::invalid, "a torrent of that folder would be larger than clients take"};
  return made;
}

cb::TorrentPtr torrent_from(store::Published made) {
  return cb::make_torrent(made.content, std::move(made.info), std::move(made.encoded_info));
}

Bytes layer_of(const store::ContentInfo& content, TorrentKind kind) {
  Bytes layer;
  if (!wire::bt::has_v2(kind) || content.piece_layer.size() < 2) return layer;
  for (const Sha256& hash : content.piece_layer)
    layer.insert(layer.end(), hash.bytes.begin(), hash.bytes.end());
  return layer;
}

}  // namespace

Publications::Publications(asio::io_context& io,
                           Library& library,
                           Folders& folders,
                           std::string folder)
    : library_(library),
      folders_(folders),
      folder_(std::move(folder)),
      pool_(io, 1, true) {}

void Publications::recall() {
  pool_.submit([this]() -> WorkerPool::Completion {
    auto kept = std::make_shared<Result<std::vector<store::Published>>>(
        store::list_published(folder_, kMaxTorrents));
    return [this, kept] {
      if (!*kept) {
        spdlog::warn("published torrents: {}", kept->error().message);
        return;
      }
      for (store::Published& one : **kept) {
        if (!known(one.content, one.info.kind)) add(torrent_from(std::move(one)));
      }
    };
  });
}

void Publications::stop() {
  stop_.request_stop();
  pool_.stop();
}

void Publications::publish(const ContentId& content, TorrentKind kind, Done done) {
  if (folders_.has(content)) {
    publish_folder(content, kind, done);
    return;
  }
  library_.find_content(
      content, [this, content, kind, done = std::move(done)](std::optional<SharedContent> found) {
        if (!found) {
          done(Error{
              ErrorCode::not_found,
              "this node does not share that; fetch it first with: freshet get " + content.hex()});
        } else {
          on_content(std::move(*found), kind, done);
        }
      });
}

void Publications::on_content(SharedContent shared, TorrentKind kind, const Done& done) {
  if (shared.info.size_bytes == 0) {
    done(Error{ErrorCode::invalid, "an empty file has no pieces that a torrent could name"});
    return;
  }
  if (auto before = known(shared.info.id, kind)) {
    done(Publication{.torrent = before, .piece_layer = layer_of(shared.info, kind)});
    return;
  }
  if (is_full(done)) return;
  auto held = std::make_shared<const SharedContent>(std::move(shared));
  make([held, kind, stop = stop_.get_token()] { return make_torrent(*held, kind, stop); },
       held->info,
       done);
}

void Publications::publish_folder(const ContentId& list, TorrentKind kind, const Done& done) {
  if (kind != TorrentKind::v1) {
    done(Error{ErrorCode::invalid,
               "torrents of folders are of v1 alone so far; leave out --v2 and --hybrid"});
    return;
  }
  if (auto before = known(list, kind)) {
    done(Publication{.torrent = before, .piece_layer = {}});
    return;
  }
  if (is_full(done)) return;
  folders_.find_files(list, [this, list, done](Result<FoundFolder> found) {
    if (!found) {
      done(found.error());
    } else if (found->files.list.size_bytes() == 0) {
      done(Error{ErrorCode::invalid, "there is no byte in that folder's files"});
    } else {
      auto folder = std::make_shared<const FoundFolder>(std::move(*found));
      make(
          [list, folder, stop = stop_.get_token()] {
            return make_folder_torrent(list, *folder, stop);
          },
          {},
          done);
    }
  });
}

bool Publications::is_full(const Done& done) const {
  if (torrents_.size() < kMaxTorrents) return false;
  done(Error{ErrorCode::invalid, "too many torrents: remove some of " + folder_});
  return true;
}

void Publications::make(std::function<Result<store::Published>()> hash,
                        const store::ContentInfo& content,
                        const Done& done) {
  pool_.submit([this, hash = std::move(hash), content, done]() -> WorkerPool::Completion {
    auto made = hash();
    if (made) {
      if (auto kept = store::keep_published(folder_, *made); !kept) made = kept.error();
    }
    return [this, content, done, made = std::move(made)] {
      if (!made) {
        done(made.error());
        return;
      }
      const TorrentKind kind = made->info.kind;
      auto torrent = known(made->content, kind);
      if (!torrent) torrent = add(torrent_from(*made));
      done(Publication{.torrent = torrent, .piece_layer = layer_of(content, kind)});
    };
  });
}

cb::TorrentPtr Publications::add(const cb::TorrentPtr& torrent) {
  torrents_.push_back(torrent);
  if (torrent->names.v1) by_name_[*torrent->names.v1] = torrent;
  if (torrent->names.v2) by_name_[wire::bt::truncated(*torrent->names.v2)] = torrent;
  return torrent;
}

cb::TorrentPtr Publications::known(const ContentId& content, TorrentKind kind) const {
  const auto found =
      std::find_if(torrents_.begin(), torrents_.end(), [&](const cb::TorrentPtr& each) {
        return each->content == content && each->info.kind == kind;
      });
  return found == torrents_.end() ? nullptr : *found;
}

cb::TorrentPtr Publications::find(const InfoHash& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace freshet::io
