#include "node/core/search/index_image.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "node/core/search/index_image_layout.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

constexpr std::uint64_t kLayout = 1;

class ImagePart final : public IndexPart {
 public:
  ImagePart(ByteView image, const ImageFooter& footer, std::shared_ptr<const void> keeper)
      : image_(image),
        footer_(footer),
        keeper_(std::move(keeper)) {
    text_ = bytes(ImageSection::text);
    offsets_ = values<std::uint32_t>(ImageSection::offsets);
    buckets_ = values<std::uint32_t>(ImageSection::buckets);
    sorted_ = values<TermNumber>(ImageSection::sorted);
    firsts_ = values<Slot>(ImageSection::firsts);
    runs_ = values<std::uint32_t>(ImageSection::runs);
    deltas_ = bytes(ImageSection::deltas);
    skipping_ = values<ImageSkipping>(ImageSection::skipping);
    skips_ = values<PostingsView::Skip>(ImageSection::skips);
    starts_ = values<std::uint32_t>(ImageSection::starts);
    tokens_ = bytes(ImageSection::tokens);
  }

  /// The sections have the sizes that the counts ask for.
  [[nodiscard]] bool is_whole() const {
    const std::size_t terms = footer_.terms;
    const std::size_t slots = footer_.slots;
    return offsets_.size() == terms && sorted_.size() == terms && firsts_.size() == terms
           && runs_.size() == terms + 1 && runs_.back() == deltas_.size()
           && std::has_single_bit(buckets_.size()) && buckets_.size() > terms
           && starts_.size() == slots + 1 && starts_.back() == tokens_.size();
  }

  [[nodiscard]] TermNumber terms() const override { return footer_.terms; }
  [[nodiscard]] std::string_view word(TermNumber term) const override {
    const std::size_t at = offsets_[term];
    return text_of(text_.subspan(at + 1, text_[at]));
  }
  [[nodiscard]] std::optional<TermNumber> find(std::string_view wanted) const override {
    const std::size_t mask = buckets_.size() - 1;
    for (std::size_t at = hash_term(footer_.hash_key, wanted) & mask;; at = (at + 1) & mask) {
      const std::uint32_t taken = buckets_[at];
      if (taken == 0) return std::nullopt;
      if (word(taken - 1) == wanted) return taken - 1;
    }
  }
  [[nodiscard]] std::vector<TermNumber> beginning_with(std::string_view prefix) const override {
    auto at = std::lower_bound(
        sorted_.begin(), sorted_.end(), prefix, [&](TermNumber term, std::string_view wanted) {
          return word(term) < wanted;
        });
    std::vector<TermNumber> found;
    for (; at != sorted_.end() && word(*at).starts_with(prefix); ++at) found.push_back(*at);
    return found;
  }
  [[nodiscard]] PostingsView postings(TermNumber term) const override {
    PostingsView view{.first = firsts_[term], .count = 1, .deltas = {}, .skips = {}};
    const ByteView run = deltas_.subspan(runs_[term], runs_[term + 1] - runs_[term]);
    if (run.empty()) return view;
    const Byte* at = run.data();
    view.count = get_varint(at);
    view.deltas = run.subspan(static_cast<std::size_t>(at - run.data()));
    if (view.count >= Postings::kSkipEvery) view.skips = skips_of(term, view.count);
    return view;
  }
  [[nodiscard]] Slot slots() const override { return footer_.slots; }
  [[nodiscard]] ByteView tokens(Slot slot) const override {
    return tokens_.subspan(starts_[slot], starts_[slot + 1] - starts_[slot]);
  }
  [[nodiscard]] std::size_t memory_bytes() const override { return 0; }

 private:
  [[nodiscard]] ByteView bytes(ImageSection section) const {
    const auto& place = footer_.sections.at(static_cast<std::size_t>(section));
    return image_.subspan(place.at, place.bytes);
  }
  template <typename Value>
  [[nodiscard]] std::span<const Value> values(ImageSection section) const {
    const ByteView all = bytes(section);
    // NOLINTNEXTLINE(*-reinterpret-cast): sections are aligned, and hold what the writer put there
    return {reinterpret_cast<const Value*>(all.data()), all.size() / sizeof(Value)};
  }
  [[nodiscard]] std::span<const PostingsView::Skip> skips_of(TermNumber term,
                                                             std::uint32_t count) const {
    const auto found = std::lower_bound(
        skipping_.begin(), skipping_.end(), term, [](const ImageSkipping& each, TermNumber wanted) {
          return each.term < wanted;
        });
    if (found == skipping_.end() || found->term != term) return {};
    return skips_.subspan(found->first, count / Postings::kSkipEvery);
  }

  ByteView image_;
  ImageFooter footer_;
  std::shared_ptr<const void> keeper_;
  ByteView text_;
  std::span<const std::uint32_t> offsets_;
  std::span<const std::uint32_t> buckets_;
  std::span<const TermNumber> sorted_;
  std::span<const Slot> firsts_;
  std::span<const std::uint32_t> runs_;
  ByteView deltas_;
  std::span<const ImageSkipping> skipping_;
  std::span<const PostingsView::Skip> skips_;
  std::span<const std::uint32_t> starts_;
  ByteView tokens_;
};

bool lies_within(const ImageFooter& footer, std::size_t bytes) {
  return std::ranges::all_of(footer.sections, [&](const ImageFooter::Place& place) {
    return place.at % kImageAlignment == 0 && place.at <= bytes && place.bytes <= bytes - place.at;
  });
}

}  // namespace

std::uint64_t index_image_version() {
  constexpr unsigned kShift = 32;
  return (kLayout << kShift) | kTokenizerVersion;
}

Result<std::shared_ptr<const IndexPart>> open_index_image(ByteView image,
                                                          std::shared_ptr<const void> keeper) {
  const Error broken{.code = ErrorCode::invalid, .message = "the index's image is not whole"};
  ImageFooter footer;
  if (image.size() < sizeof footer) return broken;
  std::memcpy(&footer, image.last(sizeof footer).data(), sizeof footer);
  if (footer.version != index_image_version())
    return Error{.code = ErrorCode::invalid, .message = "the index's image is of another version"};
  if (!lies_within(footer, image.size() - sizeof footer)) return broken;
  auto part = std::make_shared<const ImagePart>(image, footer, std::move(keeper));
  if (!part->is_whole()) return broken;
  return std::shared_ptr<const IndexPart>(std::move(part));
}

}  // namespace freshet::core::search
