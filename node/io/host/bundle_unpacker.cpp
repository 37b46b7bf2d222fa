#include "node/io/host/bundle_unpacker.h"

#include <limits>
#include <utility>

namespace freshet::io {
namespace {

// Of the bundle, for a job.
constexpr std::uint64_t kRunBytes = std::uint64_t{1} << 20U;

}  // namespace

void BundleUnpacker::ready(std::uint64_t bytes, const std::string& part) {
  ready_bytes_ = bytes;
  part_ = part;
  stage();
}

void BundleUnpacker::stage() {
  if (busy_ || !unpacking_ || ready_bytes_ < staged_bytes_ + kRunBytes) return;
  busy_ = true;
  staged_bytes_ = ready_bytes_;
  disk_.submit([self = shared_from_this(),
                unpacking = unpacking_,
                bytes = ready_bytes_,
                part = part_]() -> WorkerPool::Completion {
    // It may be under another name by now, or the disk be full: finish() will tell.
    static_cast<void>(unpacking->stage(part, bytes, self->stop_));
    return [self] {
      self->busy_ = false;
      self->stage();
    };
  });
}

void BundleUnpacker::finish(const std::string& path, Unpacked unpacked) {
  auto unpacking = std::exchange(unpacking_, nullptr);
  const std::uint64_t bytes = path.empty() ? 0 : std::numeric_limits<std::uint64_t>::max();
  disk_.submit([self = shared_from_this(),
                unpacking = std::move(unpacking),
                path,
                bytes,
                unpacked = std::move(unpacked)]() mutable -> WorkerPool::Completion {
    const Status staged = unpacking->stage(path, bytes, self->stop_);
    auto failed =
        staged ? unpacking->put() : Result<std::vector<store::FileFailure>>(staged.error());
    unpacking.reset();
    return [unpacked = std::move(unpacked), failed = std::move(failed)]() mutable {
      unpacked(std::move(failed));
    };
  });
}

void BundleUnpacker::drop() {
  if (!unpacking_) return;
  disk_.submit(
      [unpacking = std::exchange(unpacking_, nullptr)]() mutable -> WorkerPool::Completion {
        unpacking.reset();
        return {};
      });
}

}  // namespace freshet::io
