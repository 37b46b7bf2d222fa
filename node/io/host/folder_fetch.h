// One folder that is fetched, for one `get`. Only for folder_fetches.cpp and its own .cpp file.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/io/host/bundle_unpacker.h"
#include "node/io/host/folder_fetches.h"
#include "node/store/folder_place.h"

namespace freshet::io {

class FolderFetch : public std::enable_shared_from_this<FolderFetch> {
 public:
  FolderFetch(FolderFetches& owner, FetchWish wish, std::shared_ptr<FetchObserver> observer)
      : owner_(owner),
        wish_(std::move(wish)),
        observer_(std::move(observer)) {}

  void begin();
  /// Nothing is told any more.
  void leave();
  /// The same at the daemon's end.
  void drop();
  [[nodiscard]] const ContentId& content() const { return wish_.content; }
  [[nodiscard]] const FetchObserver* observer() const { return observer_.get(); }
  /// Once the list was read.
  [[nodiscard]] const std::optional<ContentId>& bundle() const { return plan_.list.bundle; }

 private:
  class Part;
  /// What is known when the list was read and the folder looked at.
  struct Plan {
    std::string list_path;
    wire::bt::FolderList list;
    store::FolderPlace place;
    std::vector<std::size_t> absent;  ///< numbers of place.files
    bool has_bundle = false;          ///< it was fetched before
    std::uint64_t size_bytes = 0;     ///< of all files
  };
  using Ended = std::function<void(const Result<std::string>&)>;

  void fetch(FetchWish wish, Ended ended, std::shared_ptr<BundleUnpacker> unpacker = nullptr);
  void fetch_list();
  void refuse_list();
  void on_list(const Result<std::string>& path);
  Result<Plan> make_plan(const std::string& path, const std::stop_token& stop) const;
  void follow(Plan plan);
  void on_bundle(const Result<std::string>& path);
  void unpack(const std::string& bundle);
  void fetch_large();
  void on_large(std::size_t number, const Result<std::string>& path);
  void copy(std::size_t number, const std::string& from);
  void settle(std::size_t number, const Status& done);
  void finish();
  void share();
  void fail(const Error& error);
  void end();
  void tell();
  [[nodiscard]] Error why_not_all() const;
  [[nodiscard]] std::string kept(const ContentId& content) const;
  [[nodiscard]] FetchWish part_wish(const ContentId& content, std::uint64_t size) const;

  FolderFetches& owner_;
  FetchWish wish_;
  std::shared_ptr<FetchObserver> observer_;
  Plan plan_;
  std::map<ContentId, std::shared_ptr<Part>> parts_;     ///< on their way
  std::vector<std::size_t> small_;                       ///< to be unpacked
  std::shared_ptr<BundleUnpacker> unpacker_;             ///< set where there are some
  std::deque<std::size_t> large_;                        ///< to be fetched by their own ids
  std::map<ContentId, std::vector<std::size_t>> twins_;  ///< that wait for one of their content
  std::size_t busy_ = 0;
  std::uint64_t in_place_bytes_ = 0;
  std::uint32_t most_sources_ = 0;
  std::vector<store::FileFailure> failures_;
  bool over_ = false;
};

}  // namespace freshet::io
