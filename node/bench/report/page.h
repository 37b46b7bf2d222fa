// The page around tables and figures: one file that needs no other, for a screen and for paper.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "node/bench/report/figures.h"

namespace freshet::bench::report {

class Page {
 public:
  explicit Page(std::string_view title);

  /// Under the title. Plain text.
  void lead(std::string_view text);
  void heading(std::string_view text);
  void paragraph(std::string_view text);
  void note(std::string_view text);  ///< that must not be overlooked
  void code(std::string_view text);
  /// Two columns; numbers go on from those before.
  void figures(const std::vector<Figure>& figures);
  void raw(std::string_view html) { body_ += html; }

  [[nodiscard]] std::string finish() &&;

 private:
  std::string body_;
  std::size_t figure_number_ = 0;
};

}  // namespace freshet::bench::report
