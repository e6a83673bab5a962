// compile error: pgsync: this shape never ends: the member leads back .*; leave the way back out
// names: Post post
#include <pgsync/shape.hpp>

struct Comment;
struct Post {
    int id;
    pgsync::has_many<Comment> comments;
};
struct Comment {
    int id;
#ifdef PGSYNC_FAIL
    pgsync::embed<Post> post;
#else
    int post_id;
#endif
};
struct posts : pgsync::index<Post> {};
static_assert(!pgsync::compiled<posts>.page_query.empty());
