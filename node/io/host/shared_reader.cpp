#include "node/io/host/shared_reader.h"

#include <utility>

#include "node/store/types.h"

namespace freshet::io {

void SharedReader::with_files(const Key& key, std::function<void(Shared)> then) {
  if (const auto known = known_.find(key); known != known_.end()) {
    then(known->second);
    return;
  }
  if (folders_.has(key.content)) {
    with_folder(key, std::move(then));
    return;
  }
  library_.find_content(key.content,
                        [this, key, then = std::move(then)](std::optional<SharedContent> found) {
                          if (!found) {
                            then(nullptr);
                            return;
                          }
                          auto shared = std::make_shared<const SharedContent>(std::move(*found));
                          know(key, shared);
                          then(std::move(shared));
                        });
}

// All of its files, one behind the other.
void SharedReader::with_folder(const Key& key, std::function<void(Shared)> then) {
  folders_.find_files(
      key.content, [this, key, then = std::move(then)](const Result<FoundFolder>& found) {
        if (!found) {
          then(nullptr);
          return;
        }
        auto parts = std::make_shared<const store::FolderParts>(found->files.all(key.alignment));
        auto shared = std::make_shared<const SharedContent>(
            SharedContent{.info = {}, .files = {}, .parts = std::move(parts)});
        know(key, shared);
        then(std::move(shared));
      });
}

void SharedReader::know(const Key& key, const Shared& shared) {
  if (known_.size() >= kMaxKnown) {
    forgotten_ += known_.size();
    known_.clear();
  }
  known_[key] = shared;
}

void SharedReader::read(const core::bittorrent::Torrent& torrent,
                        std::uint64_t offset,
                        std::uint32_t length,
                        PlainParts::BlockRead done) {
  const Key key{torrent.content, torrent.info.files.empty() ? 1 : torrent.info.alignment()};
  with_files(key, [this, key, offset, length, done = std::move(done)](const Shared& shared) {
    pool_.submit([this, key, offset, length, done, shared]() -> WorkerPool::Completion {
      if (!shared)
        return [done] {
          done(std::nullopt);
        };
      auto bytes = std::make_shared<Bytes>(length);
      if (read_shared(source_, *shared, offset, *bytes))
        return [done, bytes] {
          done(std::move(*bytes));
        };
      return [this, key, done] {
        known_.erase(key);
        done(std::nullopt);
      };
    });
  });
}

void SharedReader::read_hashes(const ContentId& content,
                               const wire::bt::HashRequest& request,
                               PlainParts::HashesRead done) {
  with_files(Key{content}, [this, request, done = std::move(done)](const Shared& shared) {
    pool_.submit([this, request, done, shared]() -> WorkerPool::Completion {
      std::optional<std::vector<Sha256>> hashes;
      if (shared && !shared->parts) {
        if (auto read = hashes_of_shared(source_, *shared, request)) hashes = std::move(*read);
      }
      return [done, hashes = std::move(hashes)] {
        done(hashes);
      };
    });
  });
}

}  // namespace freshet::io
