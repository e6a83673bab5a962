// compile error: pgsync: this struct has more members than Boost.PFR takes apart
// names: Wide
#include <pgsync/shape.hpp>

struct Wide {
    int id;
    int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9;
    int m10, m11, m12, m13, m14, m15, m16, m17, m18, m19;
    int m20, m21, m22, m23, m24, m25, m26, m27, m28, m29;
    int m30, m31, m32, m33, m34, m35, m36, m37, m38, m39;
    int m40, m41, m42, m43, m44, m45, m46, m47, m48, m49;
    int m50, m51, m52, m53, m54, m55, m56, m57, m58, m59;
    int m60, m61, m62, m63, m64, m65, m66, m67, m68, m69;
    int m70, m71, m72, m73, m74, m75, m76, m77, m78, m79;
    int m80, m81, m82, m83, m84, m85, m86, m87, m88, m89;
    int n0, n1, n2, n3, n4, n5, n6, n7, n8;
#ifdef PGSYNC_FAIL
    // More than any Boost's.
    int x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, x21,
        x22, x23, x24;
    int x25, x26, x27, x28, x29, x30, x31, x32, x33, x34, x35, x36, x37, x38, x39, x40, x41, x42, x43, x44,
        x45, x46, x47, x48, x49;
    int x50, x51, x52, x53, x54, x55, x56, x57, x58, x59, x60, x61, x62, x63, x64, x65, x66, x67, x68, x69,
        x70, x71, x72, x73, x74;
    int x75, x76, x77, x78, x79, x80, x81, x82, x83, x84, x85, x86, x87, x88, x89, x90, x91, x92, x93, x94,
        x95, x96, x97, x98, x99;
    int x100, x101, x102, x103, x104, x105, x106, x107, x108, x109, x110, x111, x112, x113, x114, x115, x116,
        x117, x118, x119, x120, x121, x122, x123, x124;
    int x125, x126, x127, x128, x129, x130, x131, x132, x133, x134, x135, x136, x137, x138, x139, x140, x141,
        x142, x143, x144, x145, x146, x147, x148, x149;
    int x150, x151, x152, x153, x154, x155, x156, x157, x158, x159, x160, x161, x162, x163, x164, x165, x166,
        x167, x168, x169, x170, x171, x172, x173, x174;
    int x175, x176, x177, x178, x179, x180, x181, x182, x183, x184, x185, x186, x187, x188, x189, x190, x191,
        x192, x193, x194, x195, x196, x197, x198, x199;
    int x200, x201, x202, x203, x204, x205, x206, x207, x208, x209, x210, x211, x212, x213, x214, x215, x216,
        x217, x218, x219, x220, x221, x222, x223, x224;
    int x225, x226, x227, x228, x229, x230, x231, x232, x233, x234, x235, x236, x237, x238, x239, x240, x241,
        x242, x243, x244, x245, x246, x247, x248, x249;
    int x250, x251, x252, x253, x254, x255, x256, x257, x258, x259, x260, x261, x262, x263, x264, x265, x266,
        x267, x268, x269, x270, x271, x272, x273, x274;
    int x275, x276, x277, x278, x279, x280, x281, x282, x283, x284, x285, x286, x287, x288, x289, x290, x291,
        x292, x293, x294, x295, x296, x297, x298, x299;
    int x300, x301, x302, x303, x304, x305, x306, x307, x308, x309, x310, x311, x312, x313, x314, x315, x316,
        x317, x318, x319, x320, x321, x322, x323, x324;
    int x325, x326, x327, x328, x329, x330, x331, x332, x333, x334, x335, x336, x337, x338, x339, x340, x341,
        x342, x343, x344, x345, x346, x347, x348, x349;
    int x350, x351, x352, x353, x354, x355, x356, x357, x358, x359, x360, x361, x362, x363, x364, x365, x366,
        x367, x368, x369, x370, x371, x372, x373, x374;
    int x375, x376, x377, x378, x379, x380, x381, x382, x383, x384, x385, x386, x387, x388, x389, x390, x391,
        x392, x393, x394, x395, x396, x397, x398, x399;
#endif
};
struct wides : pgsync::index<Wide> {};
static_assert(!pgsync::compiled<wides>.page_query.empty());
