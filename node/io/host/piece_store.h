// The disk side of transfers: assembles, verifies and writes the pieces that are fetched, and reads
// what is served. The transfer engine says what; this carries it out on workers and answers with
// the engine's inputs. Everything here is called on the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/transfer/io.h"
#include "node/io/host/library.h"
#include "node/io/host/piece_buffers.h"
#include "node/io/host/worker_pool.h"
#include "node/store/partial_file.h"

namespace freshet::io {

class PieceStore {
 public:
  using Deliver = std::function<void(core::transfer::Input)>;
  /// Under which name and where a content is kept when it is fetched.
  struct Target {
    std::string name;
    std::string folder;
    bool aside = false;  ///< parts of it are read, and nobody wanted it whole
    friend bool operator==(const Target&, const Target&) = default;
  };
  using TargetOf = std::function<Target(const ContentId&)>;

  /// `downloads`: where unfinished files are. `deliver` is called from the io thread's loop, never
  /// from within a call.
  PieceStore(asio::io_context& io,
             Library& library,
             std::string downloads,
             Deliver deliver,
             TargetOf target_of);
  PieceStore(const PieceStore&) = delete;
  PieceStore& operator=(const PieceStore&) = delete;
  /// Syncs what unfinished files hold, and waits for it.
  void stop();

  // ---- effects of the transfer engine
  void open(const core::transfer::Open& open);
  void prepare(const core::transfer::PrepareStorage& prepare);
  void keep(const core::transfer::KeepBlock& keep, ByteView payload);
  void drop(const core::transfer::DropPiece& drop);
  void check(const core::transfer::CheckBlock& check);
  void verify(const core::transfer::Verify& verify);
  void verify_blocks(const core::transfer::VerifyBlocks& verify);
  void read_hashes(const core::transfer::ReadHashes& read);
  void release(const ContentId& content);

  /// A range of a content that is served. The bytes come in the order of the calls for one content.
  using ReadDone = std::function<void(Result<Bytes>)>;
  void read(const ContentId& content, std::uint64_t offset, std::size_t length, ReadDone done);
  /// Gives a complete download its name, and shares it when `share`. `home`: of what was only read.
  /// The answer is its path.
  void finish(const ContentId& content,
              const Target& home,
              bool share,
              std::function<void(Result<std::string>)> done);
  /// Puts a copy of a content that is shared here into a folder, under a name of a peer's; where it
  /// already is that file, that one is the answer.
  void copy_out(const SharedContent& content,
                const Target& target,
                std::function<void(Result<std::string>)> done);
  /// A content that is being fetched is wanted whole, there. After an error all is as it was:
  /// invalid, io (no folder to write into, less free space than is still to come).
  void retarget(const ContentId& content, const Target& target, std::function<void(Status)> done);
  /// A file that has this content and is what was hashed. The answer is its path.
  void locate(const SharedContent& content, std::function<void(Result<std::string>)> done);
  /// Forgets an unfinished download and its bytes. What is served of the content still is.
  void discard(const ContentId& content);
  [[nodiscard]] std::uint32_t piece_length(const ContentId& content) const;

 private:
  struct Held;
  struct EarlyBlock;
  using PartialPtr = std::shared_ptr<store::PartialFile>;

  Held* find(const ContentId& content);
  void assemble(Held& held, const core::transfer::KeepBlock& keep, ByteView payload);
  void write(const ContentId& content,
             std::uint32_t piece,
             const PieceBuffers::Buffer& bytes,
             const Sha256& hash);
  static Result<store::ContentInfo> info_after(const Held& held, const std::string& path);

  Library& library_;
  std::string downloads_;
  Deliver deliver_;
  TargetOf target_of_;
  std::unordered_map<ContentId, std::shared_ptr<Held>, IdHash> held_;
  PieceBuffers buffers_;
  WorkerPool disk_;    ///< reading and hashing
  WorkerPool writer_;  ///< one thread: everything that touches a PartialFile
};

}  // namespace freshet::io
