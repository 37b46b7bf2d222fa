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

// Blocking: reads all of its files where v1 is spoken.
Result<store::Published> make_folder_torrent(const ContentId& list,
                                             const FoundFolder& folder,
                                             TorrentKind kind,
                                             const std::stop_token& stop) {
  store::Published made{.content = list, .info = {}, .encoded_info = {}};
  made.info.kind = kind;
  made.info.name = folder.name;
  made.info.size_bytes = folder.files.list.size_bytes();
  made.info.piece_length = wire::bt::Shape::of(made.info.size_bytes).piece_length;
  made.info.files = folder.files.list.files;
  if (!wire::bt::has_v2(kind)) {
    for (wire::bt::TreeFile& file : made.info.files) file.content.reset();
  }
  if (wire::bt::has_v1(kind)) {
    auto pieces = store::torrent_pieces(
        folder.files.all(made.info.alignment()), made.info.piece_length, stop);
    if (!pieces) return pieces.error();
    made.info.pieces = std::move(*pieces);
  }
  made.encoded_info = wire::bt::encode_info(made.info);
  if (!wire::bt::parse_info(made.encoded_info))
    return Error{ErrorCode::invalid, "a torrent of that folder would be larger than clients take"};
  return made;
}

cb::TorrentPtr torrent_from(store::Published made) {
  return cb::make_torrent(made.content, std::move(made.info), std::move(made.encoded_info));
}

// The catalogue has it with the content's own pieces, which are not longer.
Result<Bytes> piece_layer_of(const wire::bt::TreeFile& file,
                             std::uint32_t piece_length,
                             store::Catalogue& catalogue) {
  const auto own = catalogue.content(*file.content);
  if (!own) return own.error();
  const auto from = wire::bt::Shape::of(file.size_bytes);
  const auto to = wire::bt::Shape::of(file.size_bytes, piece_length);
  if (!*own || (**own).size_bytes != file.size_bytes || from.piece_length > piece_length)
    return Error{ErrorCode::not_found,
                 "a file of that torrent is not shared any more: " + file.content->hex()};
  const std::uint32_t levels = to.piece_layer() - from.piece_layer();
  Bytes layer;
  for (const Sha256& node : wire::bt::layer_above((**own).piece_layer, from.piece_layer(), levels))
    layer.insert(layer.end(), node.bytes.begin(), node.bytes.end());
  return layer;
}

Result<wire::bt::PieceLayers> piece_layers_of(const wire::bt::TorrentInfo& info,
                                              store::Catalogue& catalogue) {
  auto files = info.files;
  if (info.root) files.push_back({.path = {}, .size_bytes = info.size_bytes, .content = info.root});
  wire::bt::PieceLayers layers;
  for (const wire::bt::TreeFile& file : files) {
    if (file.size_bytes <= info.piece_length || layers.contains(*file.content)) continue;
    auto layer = piece_layer_of(file, info.piece_length, catalogue);
    if (!layer) return layer.error();
    layers.emplace(*file.content, std::move(*layer));
  }
  return layers;
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
  if (const auto before = known(shared.info.id, kind)) {
    tell(before, done);
    return;
  }
  if (is_full(done)) return;
  auto held = std::make_shared<const SharedContent>(std::move(shared));
  make([held, kind, stop = stop_.get_token()] { return make_torrent(*held, kind, stop); }, done);
}

void Publications::publish_folder(const ContentId& list, TorrentKind kind, const Done& done) {
  if (const auto before = known(list, kind)) {
    tell(before, done);
    return;
  }
  if (is_full(done)) return;
  folders_.find_files(list, [this, list, kind, done](Result<FoundFolder> found) {
    if (!found) {
      done(found.error());
    } else if (found->files.list.size_bytes() == 0) {
      done(Error{ErrorCode::invalid, "there is no byte in that folder's files"});
    } else {
      auto folder = std::make_shared<const FoundFolder>(std::move(*found));
      make(
          [list, folder, kind, stop = stop_.get_token()] {
            return make_folder_torrent(list, *folder, kind, stop);
          },
          done);
    }
  });
}

bool Publications::is_full(const Done& done) const {
  if (torrents_.size() < kMaxTorrents) return false;
  done(Error{ErrorCode::invalid, "too many torrents: remove some of " + folder_});
  return true;
}

void Publications::make(std::function<Result<store::Published>()> hash, const Done& done) {
  pool_.submit([this, hash = std::move(hash), done]() -> WorkerPool::Completion {
    auto made = hash();
    if (made) {
      if (auto kept = store::keep_published(folder_, *made); !kept) made = kept.error();
    }
    return [this, done, made = std::move(made)] {
      if (!made) {
        done(made.error());
        return;
      }
      auto torrent = known(made->content, made->info.kind);
      if (!torrent) torrent = add(torrent_from(*made));
      tell(torrent, done);
    };
  });
}

void Publications::tell(const cb::TorrentPtr& torrent, const Done& done) {
  if (!wire::bt::has_v2(torrent->info.kind)) {
    done(Publication{.torrent = torrent, .piece_layers = {}});
    return;
  }
  library_.on_catalogue([torrent, done](store::Catalogue& catalogue) -> WorkerPool::Completion {
    auto layers = piece_layers_of(torrent->info, catalogue);
    return [torrent, done, layers = std::move(layers)] {
      if (layers) {
        done(Publication{.torrent = torrent, .piece_layers = *layers});
      } else {
        done(layers.error());
      }
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
