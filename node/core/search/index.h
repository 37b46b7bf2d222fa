// Which of this node's files does a query ask for? An in-memory inverted index over the words of
// relative paths (folders and file name). It keeps words and numbers only: no paths, no sizes,
// nothing on disk. Not thread-safe; single owner.
//
// When a query matches a file, with the words of tokenizer.h:
// - a term matches a file that has it as a token;
// - a phrase (words separated by a space) matches a chain of touching tokens, each a word of the
// phrase; in phrases of
//   up to kMaxJoinedWords words neighbours may also be written together, and in longer ones all of
//   them. "holiday photos" matches holiday_photos.jpg, HolidayPhotos.jpg and holidayphotos.jpg;
// - of alternatives one must match, word, phrase or beginning of a token;
// - an excluded entry, word or phrase, must not match.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/core/search/index_part.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

/// A file of this node, as its owner (the catalogue) numbers them; small, because memory goes with
/// the largest.
using FileNumber = StrongInt<struct FileNumberTag, std::uint32_t>;

inline constexpr FileNumber kNoFile{UINT32_MAX};
/// Files in one index; an add() beyond it is refused.
inline constexpr std::size_t kMaxIndexedFiles = 16'000'000;
/// Phrases up to so many words match however neighbours are joined.
inline constexpr std::size_t kMaxJoinedWords = 4;
/// Work for one query: steps along lists of files, and tokens compared (up to 50 ns each). A query
/// that needs more finds what it had by then.
inline constexpr std::size_t kMaxFindSteps = 4'000'000;

class Index {
 public:
  /// `hash_key`: random in a daemon, so that nobody can choose colliding words; it never shows in
  /// any answer.
  explicit Index(std::uint64_t hash_key);
  ~Index();
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  /// Makes a file findable by its path inside the share (any bytes), and by the words of `more`
  /// texts, none of which touches another. A number that is there already is replaced and moves to
  /// the end. False when the index is full.
  bool add(FileNumber file, ByteView relative_path, std::span<const std::string_view> more = {});
  /// False when it is not there. Costs no search; the space comes back later (amortised constant
  /// time).
  bool remove(FileNumber file);

  /// Judges a file by what the index does not know of it.
  using Accept = std::function<bool(FileNumber)>;

  /// The files that match and that `accept` (where there is one) takes, at most `limit`, in order
  /// of addition. Of the query's filter only any_of is looked at. A query for a content id finds
  /// nothing; one without a word that must match looks at every file, or finds nothing without
  /// `accept`.
  [[nodiscard]] std::vector<FileNumber> find(const wire::Query& query,
                                             std::size_t limit,
                                             const Accept& accept = {}) const;

  /// No file has this term: find() of any query with it is empty. False also for what is no single
  /// word. Costs no allocation, unlike find().
  [[nodiscard]] bool lacks_word(std::string_view term) const;

  /// core::hash_word() of every word that a term may match; of removed files too, until their space
  /// comes back.
  [[nodiscard]] std::vector<std::uint32_t> word_hashes() const;

  [[nodiscard]] std::size_t size() const;
  /// Heap bytes held, for `status` and the benchmark.
  [[nodiscard]] std::size_t memory_bytes() const;

  // ---- parts that do not change, so that they may be kept elsewhere (index_image.h)

  /// A file as a part has it.
  struct Indexed {
    FileNumber file;
    std::uint32_t part = 0;  ///< of Sealed::parts
    Slot slot = 0;
  };
  struct Sealed {
    std::vector<std::shared_ptr<const IndexPart>> parts;
    std::vector<Indexed> files;  ///< in order of addition
  };
  /// All files of now, in parts that never change; those added from now on are in another.
  Sealed seal();
  using Parts = std::vector<std::shared_ptr<const IndexPart>>;
  /// `part` takes the place of the parts of the last seal(), which it returns: to let go of large
  /// ones takes a while. `files`: whose its slots are; kNoFile, and files that are not there, or
  /// not as they were at the seal, for slots of none.
  Parts replace_sealed(std::shared_ptr<const IndexPart> part, std::vector<FileNumber> files);
  /// The file is what the one sealed part has in `slot`, which is of none yet. False: it is not so.
  bool adopt(Slot slot, FileNumber file);
  /// Files that are in no sealed part.
  [[nodiscard]] std::size_t unsealed() const;
  /// Slots of sealed parts that are of no file (any more).
  [[nodiscard]] std::size_t dead_sealed() const;

 private:
  struct State;
  void compact();

  std::unique_ptr<State> state_;
};

}  // namespace freshet::core::search
