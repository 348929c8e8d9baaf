#include <limits>

#include "data/datasets.hpp"
#include "data/npy.hpp"
#include "files_for_tests.hpp"
#include "npy_for_tests.hpp"

/// Structured arrays: the headers are what numpy.save writes of arrays with these types.
namespace scorefield::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string fields(const std::string& descr, const std::string& values, const std::string& shape) {
    return npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }", values);
}

class NpyFields : public FileTest {
  protected:
    auto reading() const {
        return [this] { read_npy_points(path); };
    }
    void expect_points(const std::string& descr, const std::string& values, const std::string& shape,
                       const Points& points) const {
        replace(fields(descr, values, shape));
        try {
            EXPECT_EQ(read_npy_points(path).points, points) << descr;
        } catch (const base::Error& error) {
            ADD_FAILURE() << descr << ": " << error.what();
        }
    }
};

TEST_F(NpyFields, AreTheCoordinatesInTheirOrder) {
    replace(fields("[('x', '<f4'), ('y', '<f4')]", raw(std::vector<float>{1, 2, 3, 4, 5, 6}), "(3,)"));
    const PointFile read = read_npy_points(path);
    EXPECT_EQ(read.points, (Points{3, 2, {1, 2, 3, 4, 5, 6}}));
    EXPECT_THAT(read.notes("a.npy"), ElementsAre("a.npy: its fields x, y are read as coordinates"));
    EXPECT_EQ(npy_field_notes(path), read.notes(path));
    EXPECT_EQ(read_points(path), read.points);
    EXPECT_EQ(read_npy(path), (Tensor{{3, 2}, {1, 2, 3, 4, 5, 6}}));
    std::filesystem::rename(path, folder / "fields.npy");
    const auto dataset = open_dataset((folder / "fields.npy").string());
    EXPECT_EQ(dataset->dim(), 2U);
    EXPECT_THAT(dataset->notes(), ElementsAre(HasSubstr("its fields x, y")));
}

TEST_F(NpyFields, MayBeOfManyTypesAndArrays) {
    // numpy.array([(1, 2.5, 300), (-1, 0.25, 7)], [('a', 'i1'), ('b', '>f8'), ('c', '<u2')])
    expect_points("[('a', '|i1'), ('b', '>f8'), ('c', '<u2')]",
                  std::string("\x01\x40\x04\0\0\0\0\0\0\x2c\x01\xff\x3f\xd0\0\0\0\0\0\0\x07\0", 22), "(2,)",
                  {2, 3, {1, 2.5F, 300, -1, 0.25F, 7}});
    const std::string four = raw(std::vector<float>{1, 2, 3, 4});
    expect_points("[('p', '<f4', (3,)), ('q', '<f4')]", four, "(1,)", {1, 4, {1, 2, 3, 4}});
    expect_points("[('p', '<f4', (2, 2))]", four, "(1,)", {1, 4, {1, 2, 3, 4}});
    expect_points("[('p', '<f4', 2)]", four, "(2,)", {2, 2, {1, 2, 3, 4}});
    expect_points("[(('the title', 'p'), '<f4'), ('q', '<f4'),]", four, "(2L,)", {2, 2, {1, 2, 3, 4}});
    expect_points("[('it\\'s \\\\ it', '<f4'), (\"a 'b\", '<f4')]", four, "(2,)", {2, 2, {1, 2, 3, 4}});
    expect_points("[('x', '<f4')]", four, "(4,)", {4, 1, {1, 2, 3, 4}});
    expect_points("[('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('w', '<f4')]", four, "()", {1, 4, {1, 2, 3, 4}});
    // align=True leaves room; order says nothing of an array with one axis.
    replace(npy("{'descr': [('x', '|u1'), ('', '|V3'), ('y', '<f4')], 'fortran_order': True, 'shape': (2,), }",
                std::string("\x05???\0\0\x80\x3f\x06???\0\0\0\x40", 16)));
    EXPECT_EQ(read_npy_points(path).points, (Points{2, 2, {5, 1, 6, 2}}));
}

TEST_F(NpyFields, MayHaveNamesInLatin1OrUtf8) {
    const std::string values = raw(std::vector<float>{1, 2});
    const auto read_names = [&](const std::string& name, char version) {
        replace(npy("{'descr': [('x', '<f4'), ('" + name + "', '<f4')], 'fortran_order': False, 'shape': (1,), }",
                    values, version));
        return read_npy_points(path).notes("a.npy");
    };
    // numpy.save writes version 1.0 where Latin-1 has all letters of the names, else 3.0; others put UTF-8 into 1.0.
    for (const char version : {'\1', '\2'}) {
        EXPECT_THAT(read_names("gr\xf6\xdf"
                               "e",
                               version),
                    ElementsAre("a.npy: its fields x, größe are read as coordinates"));
    }
    for (const char version : {'\1', '\2', '\3'}) {
        EXPECT_THAT(read_names("größe 大", version),
                    ElementsAre("a.npy: its fields x, größe 大 are read as coordinates"));
    }
}

TEST_F(NpyFields, KeepTheDigitsOfDoublesAndLeaveOutWhatIsNotFinite) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    expect_points("[('t', '<f8'), ('v', '<f8')]", raw(std::vector<double>{1.7e9 + 0.25, 5, nan, 0, 1.7e9 + 60.5, 7.5}),
                  "(3,)", {2, 2, {-30.125F, -1.25F, 30.125F, 1.25F}, {}, {1.7e9 + 30.375, 6.25}});
    EXPECT_EQ(read_npy_points(path).first_left_out, 1U);
}

TEST_F(NpyFields, AreReadInPieces) {
    std::vector<float> values(300'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    expect_points("[('p', '<f4', (2,)), ('q', '<f4')]", raw(values), "(100000,)", {100'000, 3, values});
}

TEST_F(NpyFields, ThatAreNoNumbersAreNamed) {
    const auto expect = [&](const std::string& descr, const std::string& shape, const std::string& because) {
        replace(fields(descr, std::string(48, '\0'), shape));
        expect_refused(reading(), descr, because);
    };
    expect("[('x', '<f4'), ('name', '<U2')]", "(4,)", "fields: x, name; 'name' is text ('<U2')");
    expect("[('x', '<f4'), ('name', '<U2')]", "(4,)",
           "stack the fields that are coordinates: numpy.stack([a['x']], axis=-1)");
    // The command takes the fields that are numbers, and works as it stands.
    expect("[('x', '<f4'), ('name', '<U2'), ('y', '<i8'), ('t', '<M8[D]')]", "(1,)",
           "numpy.stack([a['x'], a['y']], axis=-1)");
    expect("[('x', '<f4'), ('name', '<U2'), ('p', '<f4', (2,))]", "(1,)",
           "numpy.column_stack([a['x'], a['p']]); or save one alone: numpy.save('points.npy', a['p'])");
    expect("[('id', '<U2'), ('p', [('x', '<f4'), ('y', '<f4')])]", "(1,)",
           "save the field that holds coordinates: numpy.save('points.npy', a['p'])");
    expect("[('id', '<U2'), ('p', '<f4', (2, 2))]", "(1,)", "coordinates: numpy.save('points.npy', a['p'])");
    expect("[('x', '<f4'), ('p', [('n', '<U2'), ('y', '<f4')])]", "(1,)", "numpy.stack([a['x']], axis=-1)");
    expect("[('x', '<f4'), ('p', [('u', '<f4'), ('v', [('w', '<f4')])])]", "(1,)", "numpy.stack([a['x']], axis=-1)");
    expect("[('x', '<U2'), ('t', '<M8[D]')]", "(1,)", "none of its fields is a number");
    expect("[('x', '<f4'), ('who', '|O')]", "(4,)", "'who' is Python objects");
    expect("[('x', '<f4'), ('z', '<c8')]", "(4,)", "'z' is complex numbers");
    expect("[('x', '<f4'), ('when', '<M8[D]')]", "(4,)", "'when' is datetimes");
    expect("[('x', '<f4'), ('raw', '|V8')]", "(4,)", "'raw' is raw bytes");
    expect("[('x', '<f4'), ('in', [('a', '<f4'), ('[b', '<f4')])]", "(4,)", "'in' has fields of its own");
    expect("[('x', '<f4', (0,)), ('', '|V4')]", "(12,)", "no field holds a number");
    expect("[('x', '<f4'), ('y', '<f4')]", "(2, 3)", "structured arrays need one axis, it has 2; ravel() it");
    expect("[('x', '<f4'), ('y', '<f4')]", "(5,)", "its shape asks for 40 bytes of values, it has 48");
    expect("[('x', '<f4', (18446744073709551615,))]", "(1,)", "an item of the array is too large");
    expect("[('x', '<f4', (4611686018427387903,)), ('y', '<f8')]", "(1,)", "an item of the array is too large");
    expect("[('x', '<f4', (4611686018427387903,))]", "(2,)", "the shape is too large");
    expect("[('x', '<f4', (1000000000000,))]", "(0,)", "it has 48");
    expect("[('', '|V99999999999999999999'), ('x', '<f4')]", "(1,)", "raw bytes");
    expect("[]", "(1,)", "no fields");
    expect("[('x')]", "(1,)", "expected ','");
    expect("[('x', '<f4'", "(1,)", "expected a length");
    expect("[('x', [('a', '<f4')", "(1,)", "unterminated list");
}

TEST_F(NpyFields, WithOneBitFlippedAreRefusedOrFiniteNumbersOfTheSameSize) {
    replace(fields("[('x', '<f4'), ('p', '<f4', (2,)), ('', '|V4')]", raw(std::vector<float>{1, 2, 3, 0, 4, 5, 6, 0}),
                   "(2,)"));
    const std::size_t size = bytes().size();
    for (std::size_t i = 0; i < size; ++i) {
        flip(i);
        try {
            const PointFile read = read_npy_points(path);
            EXPECT_EQ(read.points.values.size(), read.points.count * read.points.dim);
            EXPECT_LE(read.points.values.size(), 8U);
        } catch (const base::Error& error) {
            EXPECT_EQ(error.fault(), base::Fault::request);
            EXPECT_THAT(error.what(), HasSubstr(path.string()));
        }
        flip(i);
    }
    for (std::size_t length = size; length-- > 0;) {
        std::filesystem::resize_file(path, length);
        expect_refused(reading(), std::to_string(length) + " bytes");
    }
}

}  // namespace
}  // namespace scorefield::data
