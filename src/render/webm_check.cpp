#include "render/webm_check.hpp"

#include <fmt/format.h>

#include <bit>
#include <optional>
#include <vector>

#include "render/file_bytes.hpp"

namespace scorefield::render {
namespace {

constexpr std::uint64_t kHeader = 0x1a45dfa3;
constexpr std::uint64_t kDocType = 0x4282;
constexpr std::uint64_t kSegment = 0x18538067;
constexpr std::uint64_t kCluster = 0x1f43b675;
constexpr std::uint64_t kSimpleBlock = 0xa3;
constexpr std::uint64_t kBlockGroup = 0xa0;

struct Element {
    std::uint64_t id = 0;
    std::uint64_t begin = 0;  ///< first byte of the content
    std::uint64_t end = 0;
};

class Ebml : public FileBytes {
  public:
    using FileBytes::FileBytes;

    /// The elements that fill the file from `begin` to `end`; none if they do not.
    std::optional<std::vector<Element>> elements(std::uint64_t begin, std::uint64_t end) const {
        std::vector<Element> found;
        while (begin < end) {
            const std::size_t id_bytes = width(begin);
            const std::optional<std::uint64_t> id = id_bytes > 0 ? big_endian_number(begin, id_bytes) : std::nullopt;
            const std::size_t size_bytes = width(begin + id_bytes);
            if (!id || size_bytes == 0) return {};
            const std::optional<std::uint64_t> marked = big_endian_number(begin + id_bytes, size_bytes);
            const std::uint64_t content = begin + id_bytes + size_bytes;
            if (!marked || content > end) return {};
            const std::uint64_t size = *marked & ((std::uint64_t{1} << (7 * size_bytes)) - 1);
            if (size > end - content) return {};  // this also rejects 'unknown size', which finished files do not use
            found.push_back({*id, content, content + size});
            begin = content + size;
        }
        return found;
    }

  private:
    /// The bytes of the variable-width number at `at`, 1 … 8; 0 if there is none.
    std::size_t width(std::uint64_t at) const {
        const std::optional<std::uint64_t> first = big_endian_number(at, 1);
        if (!first || *first == 0) return 0;
        return static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(*first))) + 1;
    }
};

bool has_webm_doc_type(const Ebml& file, const Element& header) {
    for (const Element& element : file.elements(header.begin, header.end).value_or(std::vector<Element>{})) {
        if (element.id != kDocType) continue;
        const std::optional<std::string> type = file.bytes(element.begin, element.end - element.begin);
        return type && type->starts_with("webm");
    }
    return false;
}

}  // namespace

std::string webm_fault(int descriptor, std::uint64_t frames) {
    const Ebml file(descriptor);
    const std::optional<std::vector<Element>> parts = file.elements(0, file.size());
    if (!parts || parts->empty()) return "incomplete file";
    if (parts->front().id != kHeader || !has_webm_doc_type(file, parts->front())) return "no WebM header";
    if (parts->size() != 2 || parts->back().id != kSegment) return "not exactly one segment";
    const std::optional<std::vector<Element>> children = file.elements(parts->back().begin, parts->back().end);
    if (!children) return "incomplete segment";
    std::uint64_t blocks = 0;
    for (const Element& child : *children) {
        if (child.id != kCluster) continue;
        const std::optional<std::vector<Element>> inner = file.elements(child.begin, child.end);
        if (!inner) return "incomplete cluster";
        for (const Element& element : *inner) {
            const bool block = element.id == kSimpleBlock || element.id == kBlockGroup;
            if (block && element.end > element.begin) ++blocks;
        }
    }
    return blocks == frames ? std::string() : fmt::format("{} frames instead of {}", blocks, frames);
}

}  // namespace scorefield::render
