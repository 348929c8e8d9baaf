#include <algorithm>
#include <cstring>
#include <limits>

#include "data/datasets.hpp"
#include "data/ply.hpp"
#include "files_for_tests.hpp"

/// PLY as programs write it, beyond what the format's description says.
namespace scorefield::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kStart = "ply\nformat ascii 1.0\n";
const std::string kXyz = "property float x\nproperty float y\nproperty float z\n";
const std::string kVertices = "element vertex 2\n" + kXyz;
const std::string kEnd = "end_header\n";
const std::string kBody = "1 2 3\n4 5 6\n";
const Points kPoints = {2, 3, {1, 2, 3, 4, 5, 6}};

std::string with_line_ends(const std::string& text, const std::string& end) {
    std::string result;
    for (const char letter : text) result += letter == '\n' ? end : std::string(1, letter);
    return result;
}

/// Numbers as bytes, those of a big-endian file turned round.
class Bytes {
  public:
    explicit Bytes(bool big_endian) : big_endian_(big_endian) {}
    template <typename Number>
    Bytes& add(Number number) {
        std::string bytes(sizeof number, '\0');
        std::memcpy(bytes.data(), &number, sizeof number);
        if (big_endian_) std::reverse(bytes.begin(), bytes.end());
        text_ += bytes;
        return *this;
    }
    Bytes& add_points() {
        for (const float value : kPoints.values) add(value);
        return *this;
    }
    const std::string& text() const { return text_; }

  private:
    bool big_endian_;
    std::string text_;
};

std::string binary_start(bool big_endian, const std::string& line_end = "\n") {
    return with_line_ends(std::string("ply\nformat binary_") + (big_endian ? "big" : "little") + "_endian 1.0\n",
                          line_end);
}

class PlyDialects : public FileTest {
  protected:
    auto reading() const {
        return [this] { read_ply(path); };
    }
    void expect_points(const std::string& file, const std::string& what) const {
        replace(file);
        try {
            const PointFile read = read_ply(path);
            EXPECT_EQ(read.points, kPoints) << what;
            EXPECT_THAT(read.notes(path), IsEmpty()) << what;
        } catch (const base::Error& error) {
            ADD_FAILURE() << what << ": " << error.what();
        }
    }
};

TEST_F(PlyDialects, ElementsWithoutPropertiesOrEntriesHoldNothing) {
    const std::string lists = "property list uchar int vertex_indices\n";
    for (const std::string& before :
         {std::string("element face 0\n"), "element face 0\n" + lists, std::string("element camera 1\n"),
          std::string("element camera 18446744073709551615\n"),
          std::string("element face 0\nelement edge 0\nproperty int a\n"), std::string("element vertex 0\n"),
          "element vertex 0\n" + kXyz}) {
        expect_points(kStart + before + kVertices + kEnd + kBody, before + " before, as text");
        expect_points(kStart + kVertices + before + kEnd + kBody, before + " behind, as text");
        for (const bool big : {false, true}) {
            const std::string body = Bytes(big).add_points().text();
            expect_points(binary_start(big) + before + kVertices + kEnd + body, before + " before");
            expect_points(binary_start(big) + kVertices + before + kEnd + body, before + " behind");
        }
    }
    expect_points(kStart + "element camera 2\n" + kVertices + kEnd + "\n\n" + kBody, "an empty line for each entry");
}

TEST_F(PlyDialects, ElementsWithListsMayComeBeforeTheVertices) {
    const std::string faces = "element face 2\nproperty list uint8 int32 vertex_index\nproperty list int64 double w\n";
    expect_points(kStart + faces + kVertices + kEnd + "3 0 1 0 0\n0 2 .5 -1e3\n" + kBody, "as text");
    for (const bool big : {false, true}) {
        Bytes body(big);
        body.add<std::uint8_t>(3).add<std::int32_t>(0).add<std::int32_t>(1).add<std::int32_t>(0);
        body.add<std::int64_t>(0).add<std::uint8_t>(0).add<std::int64_t>(2).add(0.5).add(-1e3).add_points();
        expect_points(binary_start(big) + faces + kVertices + kEnd + body.text(), big ? "big" : "little");
    }
}

TEST_F(PlyDialects, CommentsMayStandAnywhereInTheHeader) {
    for (const std::string& line :
         {std::string("comment Created by meshio\n"), std::string("obj_info num_cols 512\n"), std::string("comment\n"),
          std::string("\n"), std::string("Comment element vertex 7\n"), std::string("  comment\tproperty\n")}) {
        std::string file;
        for (const char* const part : {"ply\n", "format ascii 1.0\n", "element vertex 2\n", "property float x\n",
                                       "property float y\n", "property float z\n"}) {
            file += part + line + line;
        }
        expect_points(file + kEnd + kBody, line);
    }
}

TEST_F(PlyDialects, LinesMayEndInEveryWay) {
    const std::string text = "comment of it\n" + kVertices + kEnd;
    for (const std::string& end : {std::string("\r"), std::string("\r\n"), std::string("\n")}) {
        expect_points(with_line_ends(kStart + text + kBody, end), "text");
        for (const bool big : {false, true}) {
            const std::string body = Bytes(big).add_points().text();
            expect_points(binary_start(big, end) + with_line_ends(text, end) + body, "binary");
            // As an editor leaves it that has been at the first lines.
            expect_points(binary_start(big, "\r\n") + with_line_ends(text, end) + body, "mixed");
        }
    }
    expect_points("ply\r\nformat ascii 1.0\nelement vertex 2\r" + kXyz + "end_header\r\n1 2 3\r4 5 6", "mixed text");
}

TEST_F(PlyDialects, ABinaryBodyMayBeginWithTheByteOfALineEnd) {
    for (const std::string& end : {std::string("\r"), std::string("\r\n"), std::string("\n")}) {
        for (const char first : {'\n', '\r'}) {
            const std::string header =
                with_line_ends("element vertex 1\nproperty uchar x\nproperty uchar y\nproperty uchar z\n" + kEnd, end);
            replace(binary_start(false, end) + header + first + "\n\r");
            EXPECT_EQ(read_ply(path).points, (Points{1, 3, {static_cast<float>(first), 10, 13}})) << end.size();
        }
    }
}

TEST_F(PlyDialects, AByteOrderMarkAndCapitalsAreNoHindrance) {
    expect_points("\xEF\xBB\xBF" + kStart + kVertices + kEnd + kBody, "a byte-order mark");
    expect_points(
        "PLY\nFORMAT ASCII 1.0\nELEMENT VERTEX 2\nPROPERTY FLOAT X\nProperty Float Y\nproperty FLOAT32 Z\n"
        "END_HEADER\n" +
            kBody,
        "capitals");
    expect_points(kStart + "element Vertices 2\n" + kXyz + kEnd + kBody, "another name of the vertices");
    expect_points(
        "ply\n format\tascii  1.0 \n\telement  vertex\t2\nproperty\tfloat   x\n property float y\t\n"
        "property float\tz\n end_header \n  1\t2  3 \n\t4 5 6\t\n",
        "tabs and spaces");
}

TEST_F(PlyDialects, SmallLettersAreTheCoordinatesWhereBothCome) {
    replace(kStart + "element vertex 1\nproperty float X\n" + kXyz + "property float Y\n" + kEnd + "9 1 2 3 8\n");
    EXPECT_EQ(read_ply(path).points, (Points{1, 3, {1, 2, 3}}));
}

TEST_F(PlyDialects, PropertiesComeInAnyOrderAndNumberAndMayBeNamedAsTheyLike) {
    replace(kStart +
            "element vertex 2\nproperty float nx\nproperty double scalar_Scalar field (2)\nproperty float z\n"
            "property uchar red\nproperty uchar red\nproperty float y\nproperty list uchar int vertex indices\n"
            "property float x\nproperty float nx\n" +
            kEnd + "0 7 3 255 255 2 2 8 9 1 0\n0 nan 6 0 0 5 0 4 inf\n");
    const PointFile read = read_ply(path);
    EXPECT_EQ(read.points, kPoints);
    EXPECT_THAT(read.notes(path), IsEmpty());
}

TEST_F(PlyDialects, TheFirstOfTwoCoordinatesOfOneNameIsTakenWithANote) {
    replace(kStart + "element vertex 2\n" + kXyz + "property float y\n" + kEnd + "1 2 3 7\n4 5 6 8\n");
    const PointFile read = read_ply(path);
    EXPECT_EQ(read.points, kPoints);
    EXPECT_THAT(read.notes("c.ply"), ElementsAre("c.ply: its vertices have y twice, the first one is taken"));
}

TEST_F(PlyDialects, TypesHaveManyNames) {
    const auto expect_type = [&](const std::string& name, const std::string& bytes, float value) {
        replace(binary_start(true) + "element vertex 1\nproperty " + name + " z\nproperty " + name + " y\nproperty " +
                name + " x\n" + kEnd + bytes + bytes + bytes);
        EXPECT_EQ(read_ply(path).points, (Points{1, 3, {value, value, value}})) << name;
    };
    Bytes negative(true);
    negative.add<std::int64_t>(-(std::int64_t{1} << 40));
    for (const char* name : {"int64", "int64_t", "INT64", "long long", "Int_64"}) {
        expect_type(name, negative.text(), -0x1p40F);
    }
    Bytes large(true);
    large.add<std::uint64_t>(std::uint64_t{1} << 63);
    for (const char* name : {"uint64", "uint64_t", "UInt64", "unsigned long long"}) {
        expect_type(name, large.text(), 0x1p63F);
    }
    for (const char* name : {"unsigned char", "uint8_t", "ubyte", "unit8", "UChar"}) expect_type(name, "\xC8", 200);
    for (const char* name : {"signed char", "int8_t", "sbyte"}) expect_type(name, "\xC8", -56);
    const std::string two("\x80\x01", 2);
    for (const char* name : {"unsigned short", "uint16_t", "unsigned short int"}) expect_type(name, two, 32769);
    for (const char* name : {"short int", "int16_t", "Short"}) expect_type(name, two, -32767);
    const std::string four("\x80\0\0\0", 4);
    for (const char* name : {"unsigned int", "unsigned", "uint32_t"}) expect_type(name, four, 0x1p31F);
    for (const char* name : {"Int", "int32_t"}) expect_type(name, four, -0x1p31F);
    for (const char* name : {"Float", "float_32", "single"}) expect_type(name, std::string("\x3F\xC0\0\0", 4), 1.5F);
    for (const char* name : {"Double", "Float64"}) expect_type(name, Bytes(true).add(-0.25).text(), -0.25F);
}

TEST_F(PlyDialects, ALongIsReadAsTextAndItsSizeAskedForElsewhere) {
    const std::string vertices = "element vertex 2\nproperty long x\nproperty unsigned long y\nproperty float z\n";
    expect_points(kStart + vertices + kEnd + kBody, "as text");
    replace(binary_start(false) + vertices + kEnd + std::string(40, '\0'));
    expect_refused(reading(), "long", "line 4): the size of 'long' is ambiguous (4 or 8 bytes)");
}

TEST_F(PlyDialects, VerticesThatAreNotFiniteAreLeftOutAndCounted) {
    const std::string axes = "property double x\nproperty double y\nproperty float z\n";
    replace(kStart + "element vertex 7\n" + axes + kEnd +
            "nan 2 3\n1 2 3\n1 -nan(ind) 3\n1 2 -inf\n4 5 6\n1 1.#QNAN 1\nInfinity 0 0\n");
    const PointFile text = read_ply(path);
    EXPECT_EQ(text.points, kPoints);
    EXPECT_EQ(text.rows, 7U);
    EXPECT_EQ(text.left_out(), 5U);
    EXPECT_THAT(text.notes("a.ply"), ElementsAre("a.ply: skipped 5 of 7 points with NaN or infinite values"));
    for (const bool big : {false, true}) {
        Bytes body(big);
        body.add(1.0).add(2.0).add(3.0F);
        body.add(std::numeric_limits<double>::quiet_NaN()).add(2.0).add(3.0F);
        body.add(4.0).add(5.0).add(6.0F);
        replace(binary_start(big) + "element vertex 3\n" + axes + kEnd + body.text());
        EXPECT_EQ(read_ply(path).points, kPoints);
        EXPECT_EQ(read_ply(path).first_left_out, 1U);
    }
    std::filesystem::rename(path, folder / "holes.ply");
    const auto dataset = open_dataset((folder / "holes.ply").string());
    EXPECT_EQ(dataset->size(), 2U);
    EXPECT_THAT(dataset->notes(),
                ElementsAre(HasSubstr("holes.ply: skipped 1 of 3 points with NaN or infinite values")));
}

TEST_F(PlyDialects, VerticesWithoutZArePointsInThePlane) {
    const Points plane = {2, 2, {1, 2, 3, 4}};
    const auto expect_plane = [&](const std::string& file) {
        replace(file);
        const PointFile read = read_ply(path);
        EXPECT_EQ(read.points, plane) << file;
        EXPECT_THAT(read.notes("a.ply"),
                    ElementsAre("a.ply: its vertices have no z, they are read as points in the plane"));
    };
    expect_plane(kStart + "element vertex 2\nproperty float x\nproperty double y\n" + kEnd + "1 2\n3 4\n");
    expect_plane(kStart + "element vertex 2\nproperty uchar red\nproperty float Y\nproperty int X\n" + kEnd +
                 "9 2 1\n9 4 3\n");
    for (const bool big : {false, true}) {
        Bytes body(big);
        body.add(1.0F).add(2.0F).add<std::uint8_t>(7).add(3.0F).add(4.0F).add<std::uint8_t>(7);
        expect_plane(binary_start(big) + "element vertex 2\nproperty float x\nproperty float y\nproperty uchar c\n" +
                     kEnd + body.text());
    }
}

TEST_F(PlyDialects, ACommentSaysThatTheCoordinatesBeyondArePadding) {
    const auto read = [&](const std::string& comment, const std::string& body) {
        replace(kStart + "comment " + comment + "\n" + kVertices + kEnd + body);
        return read_ply(path);
    };
    EXPECT_EQ(read("scorefield dimensions 2", "1 2 0\n3 4 -0\n").points, (Points{2, 2, {1, 2, 3, 4}}));
    EXPECT_EQ(read("scorefield dimensions 1", "1 0 0\n3 0 0\n").points, (Points{2, 1, {1, 3}}));
    for (const char* other :
         {"dimensions 2", "scorefield dimensions 3", "scorefield dimensions 0", "scorefield dimensions",
          "scorefield dimensions 2 3", "made by scorefield dimensions 2", "scorefield dimensions -2"}) {
        const PointFile file = read(other, "1 2 0\n3 4 0\n");
        EXPECT_EQ(file.points, (Points{2, 3, {1, 2, 0, 3, 4, 0}})) << other;
        EXPECT_THAT(file.notes(path), IsEmpty()) << other;
    }
    // Changed since.
    const PointFile changed = read("scorefield dimensions 2", "1 2 0\n3 4 5\n");
    EXPECT_EQ(changed.points, (Points{2, 3, {1, 2, 0, 3, 4, 5}}));
    EXPECT_THAT(
        changed.notes("a.ply"),
        ElementsAre("a.ply: its comment 'scorefield dimensions 2' says 2D, but other coordinates are not 0; read as 3D "
                    "points"));
}

TEST_F(PlyDialects, MoreVerticesThanTheHeaderSaysAreRefused) {
    const std::string faces = "element face 1\nproperty list uchar int vertex_indices\n";
    const auto expect = [&](const std::string& file, const std::string& because) {
        replace(file);
        expect_refused(reading(), file, because);
    };
    const std::string remedy = "; correct the count in 'element vertex 2', or remove the data after the last vertex";
    expect(kStart + kVertices + kEnd + kBody + "7 8 9\n",
           "header): it counts 2 vertices, but the file holds 3" + remedy);
    expect(kStart + kVertices + kEnd + kBody + "\n7 8 9\n \n7 8 9",
           "it counts 2 vertices, but the file holds 4" + remedy);
    expect(kStart + kVertices + "element face 0\n" + kEnd + kBody + "7 8 9\n",
           "it counts 2 vertices, but the file holds 3");
    expect(kStart + kVertices + faces + kEnd + kBody + "3 0 1 2\n3 1 2 0\n",
           "header): lines after the last element that it names: 1; correct its element counts");
    for (const bool big : {false, true}) {
        const std::string points = Bytes(big).add_points().text();
        const std::string start = binary_start(big) + kVertices;
        expect(start + kEnd + points + points, "header): it counts 2 vertices, but the file holds 4" + remedy);
        expect(start + kEnd + points + std::string(5, '\1'),
               "header): bytes after the last element that it names: 5; correct its element counts");
        const std::string face = Bytes(big).add<std::uint8_t>(1).add<std::int32_t>(1).text();
        expect(start + faces + kEnd + points + face + face,
               "header): bytes after the last element that it names: 5; correct its element counts");
        expect_points(start + faces + kEnd + points + face, "a face");
        for (const char* end : {"\n", "\r\n", "\n\n \t"}) {
            expect_points(start + kEnd + points + end, "a line end");
            expect_points(start + faces + kEnd + points + face + end, "a line end behind a face");
        }
    }
    expect_points(kStart + kVertices + kEnd + kBody + "\n \t\r\n\n", "empty lines");
    expect_points(kStart + kVertices + faces + kEnd + kBody, "a missing face");
}

TEST_F(PlyDialects, NumbersMayBeHalvesAndLengthsOfListsReal) {
    const std::string vertices = "element vertex 2\nproperty half x\nproperty float16 y\nproperty Float_16 z\n";
    const std::string lists = "element a 2\nproperty list float int b\nproperty list double uchar c\n";
    expect_points(kStart + lists + vertices + kEnd + "2 1 1 0\n0 1.0 7\n" + kBody, "as text");
    for (const bool big : {false, true}) {
        Bytes body(big);
        body.add(2.0F).add<std::int32_t>(1).add<std::int32_t>(1).add(0.0);
        body.add(0.0F).add(1.0).add<std::uint8_t>(7);
        for (const int half : {0x3C00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600})
            body.add(static_cast<std::uint16_t>(half));
        expect_points(binary_start(big) + lists + vertices + kEnd + body.text(), "binary");
    }
    replace(binary_start(false) + "element a 1\nproperty list float int b\n" + vertices + kEnd +
            Bytes(false).add(1.5F).text() + std::string(30, '\0'));
    expect_refused(reading(), "half a value", "a 0): the list 'b' cannot have 1.5 values");
}

TEST_F(PlyDialects, AnotherMinorVersionIsReadWithANote) {
    for (const std::string version : {"1.1", "1.2", "1"}) {
        replace("ply\nformat ascii " + version + "\n" + kVertices + kEnd + kBody);
        const PointFile read = read_ply(path);
        EXPECT_EQ(read.points, kPoints);
        EXPECT_THAT(read.notes("a.ply"), ElementsAre("a.ply: its format version " + version + " is read as 1.0"));
    }
}

TEST_F(PlyDialects, ManyPropertiesTakeNoLongerThanTheirNumber) {
    // Were each compared with all others, it would be 10¹⁰ comparisons.
    std::string header = kStart + "element vertex 1\n";
    std::string line;
    for (std::size_t i = 0; i < 100'000; ++i) {
        header += "property float a" + std::to_string(i) + "\n";
        line += "0 ";
    }
    replace(header + kXyz + kEnd + line + "1 2 3\n");
    EXPECT_EQ(read_ply(path).points, (Points{1, 3, {1, 2, 3}}));
}

}  // namespace
}  // namespace scorefield::data
