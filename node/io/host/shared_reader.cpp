#include "node/io/host/shared_reader.h"

#include <utility>

#include "node/store/types.h"

namespace freshet::io {

void SharedReader::with_files(const ContentId& content, std::function<void(Shared)> then) {
  if (const auto known = known_.find(content); known != known_.end()) {
    then(known->second);
    return;
  }
  if (folders_.has(content)) {
    with_folder(content, std::move(then));
    return;
  }
  library_.find_content(
      content, [this, content, then = std::move(then)](std::optional<SharedContent> found) {
        if (!found) {
          then(nullptr);
          return;
        }
        auto shared = std::make_shared<const SharedContent>(std::move(*found));
        know(content, shared);
        then(std::move(shared));
      });
}

// All of its files, one behind the other.
void SharedReader::with_folder(const ContentId& list, std::function<void(Shared)> then) {
  folders_.find_files(list, [this, list, then = std::move(then)](const Result<FoundFolder>& found) {
    if (!found) {
      then(nullptr);
      return;
    }
    auto parts = std::make_shared<const store::FolderParts>(found->files.all());
    auto shared = std::make_shared<const SharedContent>(
        SharedContent{.info = {}, .files = {}, .parts = std::move(parts)});
    know(list, shared);
    then(std::move(shared));
  });
}

void SharedReader::know(const ContentId& content, const Shared& shared) {
  if (known_.size() >= kMaxKnown) {
    forgotten_ += known_.size();
    known_.clear();
  }
  known_[content] = shared;
}

void SharedReader::read(const ContentId& content,
                        std::uint64_t offset,
                        std::uint32_t length,
                        PlainParts::BlockRead done) {
  with_files(
      content, [this, content, offset, length, done = std::move(done)](const Shared& shared) {
        pool_.submit([this, content, offset, length, done, shared]() -> WorkerPool::Completion {
          if (!shared)
            return [done] {
              done(std::nullopt);
            };
          auto bytes = std::make_shared<Bytes>(length);
          if (read_shared(source_, *shared, offset, *bytes))
            return [done, bytes] {
              done(std::move(*bytes));
            };
          return [this, content, done] {
            known_.erase(content);
            done(std::nullopt);
          };
        });
      });
}

void SharedReader::read_hashes(const ContentId& content,
                               const wire::bt::HashRequest& request,
                               PlainParts::HashesRead done) {
  with_files(content, [this, request, done = std::move(done)](const Shared& shared) {
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
