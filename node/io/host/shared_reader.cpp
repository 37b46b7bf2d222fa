#include "node/io/host/shared_reader.h"

#include <utility>

#include "node/store/types.h"

namespace freshet::io {
namespace {

// More contents than are served at one time; each is asked of the catalogue again.
constexpr std::size_t kMaxKnown = 256;

}  // namespace

void SharedReader::with_files(const ContentId& content, std::function<void(Shared)> then) {
  if (const auto known = known_.find(content); known != known_.end()) {
    then(known->second);
    return;
  }
  library_.find_content(
      content, [this, content, then = std::move(then)](std::optional<SharedContent> found) {
        if (!found) {
          then(nullptr);
          return;
        }
        if (known_.size() >= kMaxKnown) known_.clear();
        auto shared = std::make_shared<const SharedContent>(std::move(*found));
        known_[content] = shared;
        then(std::move(shared));
      });
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
          for (const store::FileRef& file : shared->files) {
            if (source_.read(file, offset, *bytes))
              return [done, bytes] {
                done(std::move(*bytes));
              };
          }
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
      for (const store::FileRef& file : shared ? shared->files : std::vector<store::FileRef>()) {
        auto read = source_.hashes(file, shared->info, request);
        if (!read) continue;
        hashes = std::move(*read);
        break;
      }
      return [done, hashes = std::move(hashes)] {
        done(hashes);
      };
    });
  });
}

}  // namespace freshet::io
