#include "tests/support/media.h"

#include <array>
#include <vector>

namespace freshet::testing {
namespace {

std::string big_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

std::string little_endian(std::uint32_t value) {
  const std::string big = big_endian(value, 4);
  return {big.rbegin(), big.rend()};
}

// Seven bits a byte: https://id3.org/id3v2.4.0-structure
std::string sync_safe(std::size_t value) {
  std::string text;
  for (const unsigned shift : {21U, 14U, 7U, 0U}) text += static_cast<char>(value >> shift & 0x7FU);
  return text;
}

std::string id3_frame(const std::string& id, const std::string& text) {
  if (text.empty()) return {};
  const std::string body = '\x03' + text;
  return id + sync_safe(body.size()) + std::string(2, '\0') + body;
}

std::string comment(const std::string& name, const std::string& text) {
  const std::string all = name + "=" + text;
  return little_endian(static_cast<std::uint32_t>(all.size())) + all;
}

}  // namespace

std::string mp3_bytes(const Tags& tags, const std::string& salt) {
  const std::string frames = id3_frame("TPE1", tags.artist) + id3_frame("TIT2", tags.title)
                             + id3_frame("TALB", tags.album) + id3_frame("TENC", salt);
  std::string file = "ID3" + std::string("\x04\0\0", 3) + sync_safe(frames.size()) + frames;
  // MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame, 26 ms each.
  for (int i = 0; i < 40; ++i) file += "\xFF\xFB\x90" + std::string(414, '\0');
  return file;
}

std::string flac_bytes(const Tags& tags) {
  constexpr std::uint64_t kRate = 44'100;
  constexpr std::uint64_t kStereo16 = (std::uint64_t{1} << 41U) | (std::uint64_t{15} << 36U);
  const std::string info = big_endian(4096, 2) + big_endian(4096, 2) + std::string(6, '\0')
                           + big_endian(kRate << 44U | kStereo16 | 10 * kRate, 8)
                           + std::string(16, '\0');
  const std::string comments = little_endian(4) + "test" + little_endian(3)
                               + comment("ARTIST", tags.artist) + comment("TITLE", tags.title)
                               + comment("ALBUM", tags.album);
  return "fLaC" + std::string(1, '\0') + big_endian(info.size(), 3) + info + '\x84'
         + big_endian(comments.size(), 3) + comments;
}

std::string png_bytes(std::uint32_t width, std::uint32_t height) {
  const auto chunk = [](const std::string& type, const std::string& data) {
    return big_endian(data.size(), 4) + type + data + std::string(4, '\0');  // no check sum
  };
  return "\x89PNG\r\n\x1A\n"
         + chunk("IHDR",
                 big_endian(width, 4) + big_endian(height, 4) + std::string("\x08\x02\0\0\0", 5))
         + chunk("IDAT", "") + chunk("IEND", "");
}

std::string pdf_bytes(const std::string& title, const std::string& author) {
  const std::vector<std::string> objects = {
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
      "<< /Title (" + title + ") /Author (" + author + ") >>"};
  std::string file = "%PDF-1.4\n";
  std::string table = "xref\n0 5\n0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string at = std::to_string(file.size());
    table += std::string(10 - at.size(), '0') + at + " 00000 n \n";
    file += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string start = std::to_string(file.size());
  return file + table + "trailer << /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n" + start
         + "\n%%EOF\n";
}

}  // namespace freshet::testing
