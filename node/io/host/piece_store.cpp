#include "node/io/host/piece_store.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/base/check.h"
#include "node/io/host/finished_file.h"
#include "node/store/file_source.h"
#include "node/store/hasher.h"
#include "node/store/place_file.h"
#include "node/store/safe_name.h"
#include "node/wire/bt/merkle.h"

namespace freshet::io {

using core::transfer::BlockRange;
using core::transfer::PieceSet;

namespace {

constexpr std::size_t kDiskThreads = 2;

// FileSource is one a worker; its open files go with the thread.
store::FileSource& source_of_this_worker() {
  thread_local store::FileSource source;
  return source;
}

// The first file of several with the same content that can be read.
template <typename Read>
auto from_any(const std::vector<store::FileRef>& files, Read read)
    -> decltype(read(files.front())) {
  decltype(read(files.front())) result =
      Error{.code = ErrorCode::not_found, .message = "no file has this content"};
  for (const store::FileRef& file : files) {
    result = read(file);
    if (result) return result;
  }
  return result;
}

// Blocking. The copy is made beside unfinished downloads and then takes its name in one step.
Result<std::string> copy_shared(const SharedContent& content,
                                const PieceStore::Target& target,
                                const std::string& downloads) {
  const std::string name = store::safe_file_name(target.name, content.info.id);
  for (const store::FileRef& file : content.files) {
    if (file.absolute() == target.folder + "/" + name) return file.absolute();
  }
  const std::string copy = downloads + "/" + content.info.id.hex() + ".copy";
  const Status copied = from_any(content.files, [&](const store::FileRef& file) -> Status {
    std::error_code failed;
    std::filesystem::copy_file(
        file.absolute(), copy, std::filesystem::copy_options::overwrite_existing, failed);
    if (failed)
      return Error{.code = ErrorCode::io, .message = file.absolute() + ": " + failed.message()};
    return kOk;
  });
  if (!copied) return copied.error();
  return store::place_file({.from = copy,
                            .folder = target.folder,
                            .name = name,
                            .content = content.info.id,
                            .size_bytes = content.info.size_bytes});
}

// Blocking. Who wanted it whole meanwhile has said where.
Result<std::string> finish_partial(store::PartialFile& partial, const PieceStore::Target& home) {
  if (partial.head().aside) {
    if (Status placed = partial.retarget(home.name, home.folder); !placed) return placed.error();
  }
  return partial.finish();
}

}  // namespace

struct PieceStore::EarlyBlock {
  core::transfer::KeepBlock keep;
  std::shared_ptr<const Bytes> bytes;
};

// What is known of a content that is fetched or served.
struct PieceStore::Held {
  std::shared_ptr<const SharedContent> shared;  ///< set: whole, read from shared files
  PartialPtr partial;                           ///< set: being fetched; touched on writer_ alone
  PieceSet have;                                ///< of the partial file
  std::uint64_t size = 0;
  std::uint32_t piece_length = 0;
  /// Its size is known to be true. Before, blocks are kept as they come: how large a piece is is
  /// only a claim then.
  bool is_proven = false;
  std::vector<EarlyBlock> early;
  std::map<std::uint32_t, PieceBuffers::Buffer> assembling;
  std::vector<std::optional<Sha256>> hashes;  ///< of the pieces verified in this run
};

PieceStore::PieceStore(asio::io_context& io,
                       Library& library,
                       std::string downloads,
                       Deliver deliver,
                       TargetOf target_of)
    : library_(library),
      downloads_(std::move(downloads)),
      deliver_(std::move(deliver)),
      target_of_(std::move(target_of)),
      disk_(io, kDiskThreads, false),
      writer_(io, 1, false) {}

void PieceStore::stop() {
  disk_.stop();
  writer_.stop();
  for (const auto& [content, held] : held_) {
    if (!held->partial) continue;
    const Status synced = held->partial->checkpoint();
    if (!synced) spdlog::warn("download: {}", synced.error().message);
  }
}

PieceStore::Held* PieceStore::find(const ContentId& content) {
  const auto found = held_.find(content);
  return found == held_.end() ? nullptr : found->second.get();
}

std::uint32_t PieceStore::piece_length(const ContentId& content) const {
  const auto found = held_.find(content);
  return found == held_.end() ? 0 : found->second->piece_length;
}

void PieceStore::open(const core::transfer::Open& open) {
  for (const auto& [content, held] : held_) {
    if (store::info_hash_of(content) != open.info_hash || !held->partial) continue;
    core::transfer::Opening opening{.content = content, .size = held->size, .have = held->have};
    deliver_(core::transfer::Opened{.link = open.link, .found = std::move(opening)});
    return;
  }
  library_.find_content(
      open.info_hash, [this, link = open.link](std::optional<SharedContent> found) {
        if (!found) {
          deliver_(core::transfer::Opened{.link = link, .found = std::nullopt});
          return;
        }
        const store::ContentInfo& info = found->info;
        const auto shape = wire::bt::Shape::of(info.size_bytes);
        core::transfer::Opening opening{
            .content = info.id, .size = info.size_bytes, .have = PieceSet::full(shape.piece_count)};
        auto& held = held_[info.id];
        if (!held) held = std::make_shared<Held>();
        held->size = info.size_bytes;
        held->piece_length = shape.piece_length;
        held->shared = std::make_shared<const SharedContent>(std::move(*found));
        deliver_(core::transfer::Opened{.link = link, .found = std::move(opening)});
      });
}

void PieceStore::prepare(const core::transfer::PrepareStorage& prepare) {
  auto& held = held_[prepare.content];
  if (!held) held = std::make_shared<Held>();
  held->size = prepare.size;
  held->piece_length = prepare.piece_length;
  held->hashes.resize(wire::bt::Shape::of(prepare.size).piece_count);
  held->is_proven = true;
  for (const EarlyBlock& block : std::exchange(held->early, {}))
    assemble(*held, block.keep, *block.bytes);
  const Target target = target_of_(prepare.content);
  const store::PartialSpec spec{.content = prepare.content,
                                .size_bytes = prepare.size,
                                .piece_length = prepare.piece_length,
                                .name = target.name,
                                .target_folder = target.folder,
                                .aside = target.aside};
  writer_.submit([this, spec, target]() -> WorkerPool::Completion {
    auto opened = store::PartialFile::open(downloads_, spec);
    if (!opened) {
      return [this, content = spec.content, message = opened.error().message] {
        deliver_(core::transfer::StorageFailed{.content = content, .message = message});
      };
    }
    PieceSet have = opened->verified();
    auto partial = std::make_shared<store::PartialFile>(std::move(*opened));
    return [this, content = spec.content, target, partial, have] {
      const auto ready = [this, content, have](const Status& placed) {
        if (placed) {
          deliver_(core::transfer::StorageReady{.content = content, .have = have});
        } else {
          deliver_(
              core::transfer::StorageFailed{.content = content, .message = placed.error().message});
        }
      };
      Held* still = find(content);
      if (still == nullptr) return ready(kOk);
      still->partial = partial;
      still->have = have;
      const Target now = target_of_(content);
      if (target.aside && !now.aside) return retarget(content, now, ready);  // meanwhile
      ready(kOk);
    };
  });
}

void PieceStore::keep(const core::transfer::KeepBlock& keep, ByteView payload) {
  auto& held = held_[keep.content];
  if (!held) held = std::make_shared<Held>();
  FRESHET_CHECK(payload.size() == keep.block.length);
  if (held->is_proven) return assemble(*held, keep, payload);
  std::erase_if(held->early, [&](const EarlyBlock& it) { return it.keep.block == keep.block; });
  held->early.push_back(
      {.keep = keep, .bytes = std::make_shared<const Bytes>(payload.begin(), payload.end())});
}

void PieceStore::assemble(Held& held, const core::transfer::KeepBlock& keep, ByteView payload) {
  auto& buffer = held.assembling[keep.block.piece];
  if (!buffer) buffer = buffers_.take(keep.piece_bytes);
  buffer->put(keep.block.begin, payload);
}

void PieceStore::drop(const core::transfer::DropPiece& drop) {
  Held* held = find(drop.content);
  if (held == nullptr) return;
  std::erase_if(held->early,
                [&](const EarlyBlock& it) { return it.keep.block.piece == drop.piece; });
  const auto found = held->assembling.find(drop.piece);
  if (found == held->assembling.end()) return;
  buffers_.give_back(std::move(found->second));
  held->assembling.erase(found);
}

void PieceStore::check(const core::transfer::CheckBlock& check) {
  const Held* held = find(check.content);
  FRESHET_CHECK(held != nullptr);
  const auto found =
      std::find_if(held->early.begin(), held->early.end(), [&](const EarlyBlock& it) {
        return it.keep.block == check.block;
      });
  FRESHET_CHECK(found != held->early.end());
  disk_.submit([this, check, bytes = found->bytes]() -> WorkerPool::Completion {
    const bool ok = wire::bt::merkle_root(*bytes, 1) == check.expected;
    return [this, check, ok] {
      deliver_(
          core::transfer::BlockChecked{.content = check.content, .block = check.block, .ok = ok});
    };
  });
}

void PieceStore::verify(const core::transfer::Verify& verify) {
  Held* held = find(verify.content);
  FRESHET_CHECK(held != nullptr && held->assembling.contains(verify.piece));
  auto node = held->assembling.extract(verify.piece);
  disk_.submit([this, verify, buffer = std::move(node.mapped())]() -> WorkerPool::Completion {
    const bool ok = wire::bt::merkle_root(buffer->view(), verify.leaf_count) == verify.expected;
    return [this, verify, buffer, ok] {
      if (ok) {
        write(verify.content, verify.piece, buffer, verify.expected);
      } else {
        buffers_.give_back(buffer);
        deliver_(core::transfer::Verified{.content = verify.content,
                                          .piece = verify.piece,
                                          .verdict = core::transfer::Verdict::bad});
      }
    };
  });
}

// On the writer, which has them where they are read a moment later. They are copied, because the
// buffer may serve another piece before.
void PieceStore::verify_blocks(const core::transfer::VerifyBlocks& verify) {
  const Held* held = find(verify.content);
  FRESHET_CHECK(held != nullptr && held->assembling.contains(verify.blocks.piece));
  if (!held->partial) return;
  const BlockRange& blocks = verify.blocks;
  const ByteView view =
      held->assembling.at(blocks.piece)->view().subspan(blocks.begin, blocks.length);
  const std::uint64_t offset = std::uint64_t{blocks.piece} * held->piece_length + blocks.begin;
  auto bytes = std::make_shared<const Bytes>(view.begin(), view.end());
  writer_.submit(
      [this, verify, bytes, offset, partial = held->partial]() -> WorkerPool::Completion {
        core::transfer::BlocksVerified answer{.content = verify.content, .blocks = verify.blocks};
        const auto leaves = wire::bt::leaves_of(*bytes);
        const auto differs =
            std::mismatch(leaves.begin(), leaves.end(), verify.leaves.begin(), verify.leaves.end());
        if (differs.first != leaves.end() || differs.second != verify.leaves.end()) {
          answer.verdict = core::transfer::Verdict::bad;
          answer.bad_block = verify.blocks.begin / wire::bt::kBlockBytes
                             + static_cast<std::uint32_t>(differs.first - leaves.begin());
        } else if (!partial->verified().has(verify.blocks.piece)) {
          // After an error nothing is said here: the whole piece will meet it too.
          if (!partial->write_at(offset, *bytes))
            answer.verdict = core::transfer::Verdict::disk_error;
        }
        return [this, answer] {
          deliver_(answer);
        };
      });
}

void PieceStore::write(const ContentId& content,
                       std::uint32_t piece,
                       const PieceBuffers::Buffer& bytes,
                       const Sha256& hash) {
  const Held* held = find(content);
  if (held == nullptr || !held->partial) return;  // the fetch was stopped meanwhile
  writer_.submit(
      [this, content, piece, bytes, hash, partial = held->partial]() -> WorkerPool::Completion {
        const Status written = partial->write_piece(piece, bytes->view());
        return [this, content, piece, bytes, hash, written] {
          buffers_.give_back(bytes);
          if (Held* still = find(content);
              written && still != nullptr && piece < still->have.size()) {
            still->have.add(piece);
            still->hashes.at(piece) = hash;
          }
          if (!written) spdlog::error("download: {}", written.error().message);
          const auto verdict =
              written ? core::transfer::Verdict::ok : core::transfer::Verdict::disk_error;
          deliver_(core::transfer::Verified{.content = content,
                                            .piece = piece,
                                            .verdict = verdict,
                                            .message = written ? "" : written.error().message});
        };
      });
}

void PieceStore::read_hashes(const core::transfer::ReadHashes& read) {
  const Held* held = find(read.content);
  if (held == nullptr || !held->shared) {
    deliver_(core::transfer::HashesRead{
        .link = read.link, .request = read.request, .hashes = std::nullopt});
    return;
  }
  disk_.submit([this, read, shared = held->shared]() -> WorkerPool::Completion {
    auto hashes = hashes_of_shared(source_of_this_worker(), *shared, read.request);
    core::transfer::HashesRead answer{
        .link = read.link, .request = read.request, .hashes = std::nullopt};
    if (hashes) answer.hashes = std::move(*hashes);
    return [this, answer = std::move(answer)] {
      deliver_(answer);
    };
  });
}

void PieceStore::read(const ContentId& content,
                      std::uint64_t offset,
                      std::size_t length,
                      ReadDone done) {
  const Held* held = find(content);
  if (held != nullptr && held->shared) {
    disk_.submit([shared = held->shared, offset, length, done = std::move(done)]()
                     -> WorkerPool::Completion {
      auto bytes = std::make_shared<Bytes>(length);
      const Status read = read_shared(source_of_this_worker(), *shared, offset, *bytes);
      if (!read)
        return [done, error = read.error()] {
          done(error);
        };
      return [done, bytes] {
        done(std::move(*bytes));
      };
    });
    return;
  }
  const PartialPtr partial = held == nullptr ? nullptr : held->partial;
  writer_.submit([partial, offset, length, done = std::move(done)]() -> WorkerPool::Completion {
    if (!partial)
      return [done] {
        done(Error{.code = ErrorCode::not_found, .message = "the content is gone"});
      };
    auto bytes = std::make_shared<Bytes>(length);
    const Status read = partial->read_at(offset, *bytes);
    if (!read)
      return [done, error = read.error()] {
        done(error);
      };
    return [done, bytes] {
      done(std::move(*bytes));
    };
  });
}

Result<store::ContentInfo> PieceStore::info_after(const Held& held, const std::string& path) {
  const bool all_known = std::all_of(
      held.hashes.begin(), held.hashes.end(), [](const auto& hash) { return hash.has_value(); });
  if (all_known && held.hashes.size() > 1) {
    store::ContentInfo info{.id = {}, .size_bytes = held.size, .piece_layer = {}};
    for (const auto& hash : held.hashes) info.piece_layer.push_back(*hash);
    return info;
  }
  // Pieces of an earlier run: their hashes were not kept.
  const auto stamp = stamp_of_path(path);
  if (!stamp) return stamp.error();
  const auto slash = path.rfind('/');
  return store::hash_file(
      {.base = path.substr(0, slash), .relative = path.substr(slash + 1), .stamp = *stamp});
}

void PieceStore::finish(const ContentId& content,
                        const Target& home,
                        bool share,
                        std::function<void(Result<std::string>)> done) {
  const auto found = held_.find(content);
  if (found == held_.end() || !found->second->partial) {
    done(Error{.code = ErrorCode::not_found, .message = "no such download"});
    return;
  }
  const std::shared_ptr<Held> held = found->second;
  writer_.submit(
      [this, content, home, share, held, done = std::move(done)]() -> WorkerPool::Completion {
        auto path = finish_partial(*held->partial, home);
        if (!path)
          return [done, error = path.error()] {
            done(error);
          };
        auto info = info_after(*held, *path);
        return [this, content, share, held, done, path = *path, info = std::move(info)]() mutable {
          held->partial.reset();
          if (!info || !share) {
            if (!info) spdlog::warn("download: {}", info.error().message);
            done(path);
            return;
          }
          info->id = content;
          auto shared = std::make_shared<SharedContent>(SharedContent{.info = *info, .files = {}});
          library_.add_finished(
              path, std::move(*info), [held, shared, done, path](Result<store::FileRef> added) {
                if (added) {
                  shared->files.push_back(std::move(*added));
                  held->shared = shared;
                } else {
                  spdlog::warn("download: not shared: {}", added.error().message);
                }
                done(path);
              });
        };
      });
}

void PieceStore::copy_out(const SharedContent& content,
                          const Target& target,
                          std::function<void(Result<std::string>)> done) {
  disk_.submit(
      [folder = downloads_, content, target, done = std::move(done)]() -> WorkerPool::Completion {
        auto path = copy_shared(content, target, folder);
        return [done, path = std::move(path)] {
          done(path);
        };
      });
}

void PieceStore::retarget(const ContentId& content,
                          const Target& target,
                          std::function<void(Status)> done) {
  const Held* held = find(content);
  const PartialPtr partial = held == nullptr ? nullptr : held->partial;
  writer_.submit([this, content, target, partial, done = std::move(done)]() {
    const Status placed =
        partial ? partial->retarget(target.name, target.folder) : store::make_target(target.folder);
    return WorkerPool::Completion([this, content, target, partial, done, placed] {
      const Held* now = find(content);
      const bool was_opened = !partial && now != nullptr && now->partial;
      if (placed && was_opened) return retarget(content, target, done);
      done(placed);
    });
  });
}

void PieceStore::locate(const SharedContent& content,
                        std::function<void(Result<std::string>)> done) {
  disk_.submit([content, done = std::move(done)]() -> WorkerPool::Completion {
    Result<std::string> path =
        Error{.code = ErrorCode::not_found, .message = "no file has this content"};
    store::FileSource source(1);
    std::array<Byte, 1> first{};
    for (const store::FileRef& file : content.files) {
      const auto wanted = std::span(first).first(content.info.size_bytes > 0 ? 1 : 0);
      const Status read = source.read(file, 0, wanted);
      path = read ? Result<std::string>(file.absolute()) : Result<std::string>(read.error());
      if (read) break;
    }
    return [done, path = std::move(path)] {
      done(path);
    };
  });
}

void PieceStore::discard(const ContentId& content) {
  const Held* held = find(content);
  if (held == nullptr || !held->shared) release(content);
  writer_.submit([this, content]() -> WorkerPool::Completion {
    const Status gone = store::PartialFile::discard(downloads_, content);
    if (gone) return {};
    return [error = gone.error()] {
      spdlog::warn("download: {}", error.message);
    };
  });
}

void PieceStore::release(const ContentId& content) {
  held_.erase(content);
  const bool fetches = std::any_of(held_.begin(), held_.end(), [](const auto& held) {
    return held.second->partial || !held.second->assembling.empty() || !held.second->early.empty();
  });
  if (!fetches) buffers_.clear();
}

}  // namespace freshet::io
