#include "render/mp4_check.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "render/file_bytes.hpp"

namespace scorefield::render {
namespace {

/// A part of the file: its type and where its content begins and ends.
struct Box {
    std::string type;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// An MP4 file as nested boxes.
class Mp4 : public FileBytes {
  public:
    using FileBytes::FileBytes;

    /// Those that fill the file from `begin` to `end`; none where they do not.
    std::optional<std::vector<Box>> boxes(std::uint64_t begin, std::uint64_t end) const {
        std::vector<Box> found;
        while (begin < end) {
            std::uint64_t header = 8;
            const std::optional<std::uint64_t> said = big_endian_number(begin, 4);
            const std::optional<std::string> type = bytes(begin + 4, 4);
            if (!said || !type) return {};
            std::uint64_t length = *said;
            if (length == 1) {
                header = 16;
                length = big_endian_number(begin + 8, 8).value_or(0);
            } else if (length == 0) {
                length = end - begin;
            }
            if (length < header || length > end - begin) return {};
            found.push_back({*type, begin + header, begin + length});
            begin += length;
        }
        return found;
    }
};

/// The only box of that type.
std::optional<Box> only(const std::optional<std::vector<Box>>& boxes, std::string_view type) {
    std::optional<Box> found;
    if (!boxes) return {};
    for (const Box& box : *boxes) {
        if (box.type != type) continue;
        if (found) return {};
        found = box;
    }
    return found;
}

/// Whether all samples, of the sizes in `sizes` (stsz), have room in `data`.
bool samples_fit(const Mp4& file, const Box& sizes, std::uint64_t frames, const Box& data) {
    constexpr std::uint64_t kTable = 12;  // version and flags, common size, count
    std::uint64_t total = file.big_endian_number(sizes.begin + 4, 4).value_or(0) * frames;
    if (total == 0) {
        const std::optional<std::string> table = file.bytes(sizes.begin + kTable, 4 * frames);
        if (!table || sizes.end - sizes.begin < kTable + 4 * frames) return false;
        for (std::size_t i = 0; i < table->size(); i += 4) {
            std::uint64_t size = 0;
            for (std::size_t k = 0; k < 4; ++k) size = size << 8U | static_cast<unsigned char>((*table)[i + k]);
            if (size == 0) return false;
            total += size;
        }
    }
    return total <= data.end - data.begin;
}

/// Whether the chunks of the table (stco with 4 bytes each, co64 with 8) begin within `data`.
bool chunks_begin_within(const Mp4& file, const Box& table, std::size_t bytes, const Box& data) {
    const std::uint64_t count = file.big_endian_number(table.begin + 4, 4).value_or(0);
    if (count == 0 || table.end - table.begin < 8 + count * bytes) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t at = file.big_endian_number(table.begin + 8 + i * bytes, bytes).value_or(0);
        if (at < data.begin || at >= data.end) return false;
    }
    return true;
}

}  // namespace

std::string mp4_fault(int descriptor, std::uint64_t frames) {
    const Mp4 file(descriptor);
    const std::optional<std::vector<Box>> all = file.boxes(0, file.size());
    if (!all || all->empty()) return "incomplete file";
    if (all->front().type != "ftyp") return "no ftyp box";
    const std::optional<Box> data = only(all, "mdat");
    std::optional<Box> box = only(all, "moov");
    if (!data || !box) return "not exactly one moov and one mdat box";
    for (const char* type : {"trak", "mdia", "minf", "stbl"}) {
        box = only(file.boxes(box->begin, box->end), type);
        if (!box) return fmt::format("not exactly one {} box", type);
    }
    const std::optional<std::vector<Box>> tables = file.boxes(box->begin, box->end);
    const std::optional<Box> sizes = only(tables, "stsz");
    const std::uint64_t samples = sizes ? file.big_endian_number(sizes->begin + 8, 4).value_or(0) : 0;
    if (samples != frames) return fmt::format("{} frames instead of {}", samples, frames);
    const std::optional<Box> near = only(tables, "stco");
    const std::optional<Box> far = only(tables, "co64");
    if (!near && !far) return "no chunk offset table (stco or co64)";
    const bool begun = near ? chunks_begin_within(file, *near, 4, *data) : chunks_begin_within(file, *far, 8, *data);
    if (!begun || !samples_fit(file, *sizes, frames, *data)) return "frame data outside the mdat box";
    return {};
}

}  // namespace scorefield::render
