#include "node/store/media_signature.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace freshet::store {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t at;
  std::string_view bytes;
};

constexpr std::array kSignatures = {
    Signature{0, "ID3"sv},                // MP3 with a tag
    Signature{0, "fLaC"sv},               // FLAC
    Signature{0, "OggS"sv},               // Vorbis, Opus, Theora
    Signature{0, "RIFF"sv},               // WAV, AVI, WebP
    Signature{0, "FORM"sv},               // AIFF
    Signature{4, "ftyp"sv},               // MP4, M4A, QuickTime, HEIF, AVIF
    Signature{4, "moov"sv},               // QuickTime
    Signature{0, "\x1A\x45\xDF\xA3"sv},   // Matroska, WebM
    Signature{0, "\x30\x26\xB2\x75"sv},   // ASF: WMA, WMV
    Signature{0, "FLV\x01"sv},            // Flash video
    Signature{0, "\x00\x00\x01\xBA"sv},   // MPEG program stream
    Signature{0, "\x00\x00\x01\xB3"sv},   // MPEG video
    Signature{0, "MAC "sv},               // Monkey's Audio
    Signature{0, "wvpk"sv},               // WavPack
    Signature{0, "MPCK"sv},               // Musepack
    Signature{0, "MP+"sv},                // Musepack 7
    Signature{0, "\x89PNG\r\n\x1A\n"sv},  // PNG
    Signature{0, "\xFF\xD8\xFF"sv},       // JPEG
    Signature{0, "GIF8"sv},               // GIF
    Signature{0, "BM"sv},                 // Windows bitmap
    Signature{0, "II*\x00"sv},            // TIFF, and raw pictures of many cameras
    Signature{0, "MM\x00*"sv},            // the same, big-endian
    Signature{0, "8BPS"sv},               // Photoshop
    Signature{0, "%PDF-"sv},              // PDF
};

// MPEG audio without a tag: eleven bits of synchronisation, then no reserved version or layer.
bool is_mpeg_audio(ByteView front) {
  return front.size() >= 2 && front[0] == 0xFF && (front[1] & 0xE0U) == 0xE0U
         && (front[1] & 0x18U) != 0x08U && (front[1] & 0x06U) != 0;
}

// An MPEG transport stream can be told from text by nothing in its front alone: it is left out.
bool has(ByteView front, const Signature& signature) {
  return text_of(front).substr(0, signature.at + signature.bytes.size()).size()
             == signature.at + signature.bytes.size()
         && text_of(front).substr(signature.at, signature.bytes.size()) == signature.bytes;
}

}  // namespace

bool begins_like_media(ByteView front) {
  return is_mpeg_audio(front)
         || std::any_of(kSignatures.begin(), kSignatures.end(), [&](const Signature& signature) {
              return has(front, signature);
            });
}

}  // namespace freshet::store
