#include "render/svg_canvas.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "render/plot.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::render {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Colour kGround = {0, 0, 0};
constexpr Ink kInk = {{1, 0.5f, 0}, 1};

std::size_t occurrences(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

/// Whether tags nest and no reserved character stands in a text: what a parser of XML asks of documents like ours,
/// which have no comments and no quotation marks within attributes. tests/cli/sweep_test.py parses whole figures.
::testing::AssertionResult is_well_formed(std::string_view document) {
    const std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    if (!document.starts_with(declaration)) return ::testing::AssertionFailure() << "no declaration";
    document.remove_prefix(declaration.size());
    std::vector<std::string> open;
    while (!document.empty()) {
        const std::size_t begin = document.find('<');
        const std::string_view text = document.substr(0, begin);
        if (text.find('>') != std::string_view::npos) return ::testing::AssertionFailure() << "> in " << text;
        if (begin == std::string_view::npos) break;
        const std::size_t end = document.find('>', begin);
        if (end == std::string_view::npos) return ::testing::AssertionFailure() << "a tag that does not end";
        const std::string_view tag = document.substr(begin + 1, end - begin - 1);
        const std::string name(tag.substr(0, tag.find(' ')));
        if (tag.starts_with('/')) {
            if (open.empty() || "/" + open.back() != name) return ::testing::AssertionFailure() << "ends " << name;
            open.pop_back();
        } else if (!tag.ends_with('/')) {
            open.push_back(name);
        }
        document.remove_prefix(end + 1);
    }
    if (!open.empty()) return ::testing::AssertionFailure() << open.back() << " does not end";
    return ::testing::AssertionSuccess();
}

TEST(SvgCanvas, WritesADocumentOfItsSize) {
    const SvgCanvas canvas(640, 480.5, kGround, "A <title>");
    EXPECT_THAT(canvas.document(), AllOf(HasSubstr(R"(width="640" height="480.5" viewBox="0 0 640 480.5")"),
                                         HasSubstr("<title>A &lt;title&gt;</title>"), HasSubstr("#000000")));
    EXPECT_TRUE(is_well_formed(canvas.document()));
}

TEST(SvgCanvas, KeepsTextAsText) {
    SvgCanvas canvas(100, 100, kGround, "");
    const FontSize& size = glyph_atlas().size_for(18);
    canvas.text(10, 20, size, "σ/α ≥ 0.5", kInk);
    canvas.text(50, 40, size, "middle", kInk, Align::centre);
    canvas.text(90, 60, size, "right", {{1, 1, 1}, 0.5f}, Align::right);
    canvas.text(0, 0, size, "", kInk);
    EXPECT_THAT(canvas.document(),
                AllOf(HasSubstr(">σ/α ≥ 0.5</text>"), HasSubstr("text-anchor=\"middle\" fill=\"#ff8000\">middle<"),
                      HasSubstr("x=\"90\""), HasSubstr("text-anchor=\"end\" fill=\"#ffffff\" fill-opacity=\"0.5\"")));
    EXPECT_EQ(occurrences(canvas.document(), "<text "), 3U);
    EXPECT_TRUE(is_well_formed(canvas.document()));
}

TEST(SvgCanvas, EscapesWhatXmlReserves) {
    SvgCanvas canvas(100, 100, kGround, "a & b");
    // A control character, a byte that is not UTF-8, and U+FFFF are not allowed in XML.
    canvas.text(0, 0, glyph_atlas().size_for(18), "<b a=\"1\">&amp;\x01\xFF\xEF\xBF\xBF", kInk);
    EXPECT_THAT(canvas.document(), AllOf(HasSubstr(">&lt;b a=&quot;1&quot;&gt;&amp;amp;???"
                                                   "</text>"),
                                         HasSubstr("<title>a &amp; b</title>"), Not(HasSubstr("<b "))));
    EXPECT_TRUE(is_well_formed(canvas.document()));
}

TEST(SvgCanvas, JoinsLinesThatContinueEachOther) {
    SvgCanvas canvas(100, 100, kGround, "");
    canvas.line(0, 0, 10, 10, 2, kInk);
    canvas.line(10, 10, 20, 0, 2, kInk);
    canvas.line(20, 0, 30, 0, 1, kInk);       // another width
    canvas.line(40, 0, 50, -0.001, 1, kInk);  // another place
    const std::string document = canvas.document();
    EXPECT_EQ(occurrences(document, "<polyline "), 3U);
    EXPECT_THAT(document, AllOf(HasSubstr("points=\"0,0 10,10 20,0\""), HasSubstr("points=\"40,0 50,0\"")));
    EXPECT_TRUE(is_well_formed(document));
}

TEST(SvgCanvas, DrawsGradientsAndPictures) {
    SvgCanvas canvas(100, 100, kGround, "");
    canvas.gradient(0, 0, 10, 10, {{1, 0, 0}, 1}, {{0, 0, 1}, 0});
    const std::vector<std::uint8_t> bytes = {'M', 'a', 'n', 'y', '!'};
    canvas.image(1, 2, 3, 4, bytes);
    // The base64 of "Many!" by RFC 4648.
    EXPECT_THAT(canvas.document(), AllOf(HasSubstr("fill=\"url(#g1)\""), HasSubstr("stop-opacity=\"0\""),
                                         HasSubstr("data:image/png;base64,TWFueSE=\"")));
    EXPECT_TRUE(is_well_formed(canvas.document()));
}

TEST(SvgCanvas, DrawsPlots) {
    const Plot plot = {.title = "R & D",
                       .x = {.label = "evaluations", .low = 4, .high = 110, .logarithmic = true},
                       .y = {.label = "error", .low = 1e-3, .high = 1, .logarithmic = true},
                       .curves = {{.name = "a < b", .x = {5, 10, 100}, .y = {0.5, 0.1, 0.01}, .marker = 7}}};
    SvgCanvas canvas(400, 300, kGround, plot.title);
    draw_plot(canvas, {0, 0, 400, 300}, plot);
    const std::string document = canvas.document();
    EXPECT_THAT(document, AllOf(HasSubstr(">R &amp; D</text>"), HasSubstr(">evaluations</text>"),
                                HasSubstr(">a &lt; b</text>"), HasSubstr(">100</text>")));
    EXPECT_EQ(occurrences(document, "width=\"7\" height=\"7\""), 3U);
    EXPECT_TRUE(is_well_formed(document));
}

TEST(SvgCanvas, WritesTheFile) {
    const base::ScratchFolder folder;
    const SvgCanvas canvas(10, 10, kGround, "one");
    write_svg(folder / "a.svg", canvas);
    std::ifstream file(folder / "a.svg");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_EQ(text, canvas.document());
}

}  // namespace
}  // namespace scorefield::render
