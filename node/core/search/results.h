// The results of one search at the node that asked: hits come in, the same content becomes one
// result with many sources. Keeps what was claimed and verifies nothing; asks nobody.
//
// Same content is the same ContentId. While the answering node has not hashed a file it has no id,
// and the same (node, name, size) is the same file; the id may follow in a later hit. When it turns
// out to be that of another result, the two become one: the lower number stays, and the other
// remains another way to call it.
//
// Names, sizes, addresses and ids are claims of the answering nodes. A result keeps the name and
// size that came first, and beside it the other names that its content has.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

// What one search remembers. More is counted as dropped.
inline constexpr std::size_t kMaxResults = 10'000;
inline constexpr std::size_t kMaxSourcesPerResult = 256;
inline constexpr std::size_t kMaxSources = 50'000;  ///< of all results together
inline constexpr std::size_t kMaxSourceNodes = 10'000;
inline constexpr std::size_t kMaxOtherNames = 15;  ///< of one result
inline constexpr std::size_t kMaxAllOtherNames = 20'000;
/// (node, name, size) triples by which a file is known again.
inline constexpr std::size_t kMaxKnownFiles = 50'000;

/// What a person calls a result: 1, 2, 3 ... in order of first arrival.
using ResultNumber = std::uint32_t;

/// One node that has the file.
struct Source {
  NodeKey node;
  std::string node_name;            ///< as the node calls itself; foreign bytes
  std::vector<Endpoint> addresses;  ///< at most wire::kMaxHitAddresses; the latest claim
  std::string file_name;            ///< what the file is called there; foreign bytes
  std::uint64_t size_bytes = 0;     ///< a claim
  std::uint8_t hops = 0;            ///< the shortest way seen; 0: this node itself
  bool is_cached = false;           ///< others remembered it; the node itself has not answered
};

struct SearchResult {
  ResultNumber number = 0;
  std::optional<ContentId> id;  ///< nullopt until a source has hashed the file
  std::string name;             ///< foreign bytes
  std::uint64_t size_bytes = 0;
  std::optional<wire::FolderFacts> folder = {};  ///< set: it is one, and the size that of its list
  std::uint8_t hops = 0;                         ///< the fewest of any source
  std::vector<Source> sources;  ///< distinct nodes, in order of arrival; never empty
  /// What else the content is called, in order of arrival; without `name`.
  std::vector<std::string> other_names = {};
  /// What it says of itself, as the first source claims that says something; nullptr: nothing.
  std::shared_ptr<const wire::FileMetadata> metadata = nullptr;

  /// No source answered itself.
  [[nodiscard]] bool is_cached() const {
    return std::all_of(
        sources.begin(), sources.end(), [](const Source& each) { return each.is_cached; });
  }
};

class ResultSet {
 public:
  /// Takes a hit that travelled `hops` links. Returns the results that are new or whose id, sources
  /// or hops changed, each once, ascending. A result that was merged away is not among them; the
  /// one it became part of is.
  /// `is_cached`: from a node that remembered it.
  std::vector<ResultNumber> add(const wire::HitRecord& record,
                                std::uint8_t hops,
                                bool is_cached = false);

  /// Results there are; merged ones count once.
  [[nodiscard]] std::size_t size() const { return live_; }
  /// In order of number.
  [[nodiscard]] std::vector<const SearchResult*> all() const;
  /// Distinct nodes that answered with a file.
  [[nodiscard]] std::size_t answered() const { return answered_.size(); }
  /// How many of them were nearest at 0, 1, 2 ... hops; ends at the farthest.
  [[nodiscard]] std::vector<std::uint32_t> answered_by_hops() const;
  /// Files and sources that did not fit the limits.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  /// Numbers of merged results lead to what they became. nullptr when there is none. Valid until
  /// the next add().
  [[nodiscard]] const SearchResult* by_number(ResultNumber number) const;
  [[nodiscard]] const SearchResult* by_id(const ContentId& id) const;
  /// What a person means: the number of a result, or else the beginning of one id (hexadecimal,
  /// either case, up to all 64 digits). `not_found` when there is none, `invalid` when it is
  /// neither or several ids begin so.
  [[nodiscard]] Result<const SearchResult*> resolve(std::string_view what) const;

 private:
  using FileKey = std::tuple<NodeKey, std::string, std::uint64_t>;

  ResultNumber place(const wire::HitFile& file, const FileKey& key);
  ResultNumber merge(ResultNumber a, ResultNumber b);
  bool set_source(SearchResult& result, Source source);
  bool set_name(SearchResult& result, const std::string& name);
  [[nodiscard]] ResultNumber live_number(ResultNumber number) const;
  void remember(const FileKey& key, ResultNumber number);
  SearchResult& at(ResultNumber number) { return results_[number - 1]; }
  [[nodiscard]] Result<const SearchResult*> by_prefix(std::string_view hex) const;

  std::vector<SearchResult> results_;  // by number - 1; merged ones are empty shells
  std::vector<ResultNumber> became_;   // by number - 1; itself while not merged
  std::map<ContentId, ResultNumber> ids_;
  std::map<FileKey, ResultNumber> files_;
  std::map<NodeKey, std::uint8_t> answered_;  // the fewest hops
  std::size_t other_names_ = 0;               // of all results
  std::size_t live_ = 0;
  std::size_t sources_ = 0;  // of all results
  std::uint64_t dropped_ = 0;
};

}  // namespace freshet::core::search
