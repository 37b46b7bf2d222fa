#include "node/core/search/file_kinds.h"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet::core::search {
namespace {

using wire::FileKind;
using Named = std::pair<std::string_view, FileKind>;

constexpr std::array<Named, 6> kKinds = {{{"audio", FileKind::audio},
                                          {"video", FileKind::video},
                                          {"image", FileKind::image},
                                          {"document", FileKind::document},
                                          {"archive", FileKind::archive},
                                          {"program", FileKind::program}}};

// Each list is separated by spaces, and begins and ends with one.
constexpr std::string_view kAudio =
    " aac ac3 aif aiff alac amr ape au caf dsf dts flac gsm it m4a m4b m4r mid midi mka mod mp2 "
    "mp3 "
    "mpc oga ogg opus ra s3m spx tak tta voc wav weba wma wv xm ";
constexpr std::string_view kVideo =
    " 3g2 3gp asf avi divx dv f4v flv h264 h265 m1v m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogm "
    "ogv rm rmvb ts vob webm wmv y4m ";
constexpr std::string_view kImage =
    " ai arw avif bmp cr2 cr3 dng eps exr gif heic heif ico jfif jp2 jpe jpeg jpg jxl nef orf pbm "
    "pgm png pnm ppm psd raw rw2 svg svgz tga tif tiff webp xcf ";
constexpr std::string_view kDocument =
    " azw azw3 cbr cbz chm csv djvu doc docm docx dot dotx epub fb2 htm html ics key log md mhtml "
    "mobi numbers odg odp ods odt org pages pdf pps ppsx ppt pptx ps rst rtf srt tex tsv txt vcf "
    "wpd xhtml xls xlsb xlsm xlsx xml xps ";
constexpr std::string_view kArchive =
    " 7z ace ar arj br bz2 cab cpio deb dmg gz img iso lha lz lz4 lzh lzma rar rpm sit squashfs "
    "tar "
    "tbz tbz2 tgz txz tzst vhd vmdk wim xz z zip zipx zst ";
constexpr std::string_view kProgram =
    " apk app appimage bat bin c cc cmd com cpp cs dll exe flatpakref go h hpp jar java js kt lua "
    "msi php pl ps1 py rb rs run sh snap so swift vbs wasm xpi ";

constexpr std::array<std::pair<FileKind, std::string_view>, 6> kExtensions = {
    {{FileKind::audio, kAudio},
     {FileKind::video, kVideo},
     {FileKind::image, kImage},
     {FileKind::document, kDocument},
     {FileKind::archive, kArchive},
     {FileKind::program, kProgram}}};

template <typename Visit>
void for_each_extension(std::string_view list, const Visit& visit) {
  for (std::size_t at = 1; at < list.size();) {
    const std::size_t end = list.find(' ', at);
    visit(list.substr(at, end - at));
    at = end + 1;
  }
}

/// By extension; of two kinds that claim one, the first.
std::vector<Named> by_extension() {
  std::vector<Named> all;
  for (const auto& [kind, list] : kExtensions)
    for_each_extension(list, [&](std::string_view each) { all.emplace_back(each, kind); });
  std::ranges::stable_sort(all, {}, &Named::first);
  return all;
}

}  // namespace

std::optional<FileKind> file_kind_named(std::string_view name) {
  const auto* found = std::find_if(
      kKinds.begin(), kKinds.end(), [&](const Named& kind) { return kind.first == name; });
  if (found == kKinds.end()) return std::nullopt;
  return found->second;
}

std::string file_kind_list() {
  std::string list;
  for (const Named& kind : kKinds) list += (list.empty() ? "" : ", ") + std::string(kind.first);
  return list;
}

// It is asked of every file, at every start.
std::optional<FileKind> kind_of_extension(std::string_view extension) {
  static const std::vector<Named> kAll = by_extension();
  const auto found = std::ranges::lower_bound(kAll, extension, {}, &Named::first);
  if (found == kAll.end() || found->first != extension) return std::nullopt;
  return found->second;
}

std::vector<std::string> extensions_of(std::uint32_t kinds) {
  std::vector<std::string> extensions;
  for (const auto& [kind, list] : kExtensions) {
    if ((kinds & static_cast<std::uint32_t>(kind)) == 0) continue;
    for_each_extension(list, [&](std::string_view each) { extensions.emplace_back(each); });
  }
  return extensions;
}

std::string extension_of(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string extension(name.substr(dot + 1));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

}  // namespace freshet::core::search
