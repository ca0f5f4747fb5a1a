#include "runner/page/page_html.h"

#include "core/sha256.h"
#include "runner/page/page_text.h"

#include <string.h>

/* --- the policy --- */

enum { DIGEST = 32, BASE64_SIZE = 4 * ((DIGEST + 2) / 3) + 1 };

static unsigned nibble(char hex) {
    return (unsigned)(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

/* Of a digest in lower-case hexadecimal, as the standard wants it in base64. */
static void base64(const char *hex, char text[BASE64_SIZE]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char bytes[DIGEST + 1] = {0}; /* a whole number of threes */
    char *end = text;
    for (size_t i = 0; i < DIGEST; i++)
        bytes[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    for (size_t i = 0; i < DIGEST; i += 3) {
        const unsigned three =
            (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *end++ = digits[three >> shift & 63];
    }
    end[-1] = '=';
    *end = '\0';
}

static void hash(const unsigned char *text, char out[BASE64_SIZE]) {
    struct vib_sha256 sum;
    char hex[VIB_SHA256_TEXT];
    vib_sha256_init(&sum);
    vib_sha256_add(&sum, text, strlen((const char *)text));
    vib_sha256_end(&sum, hex);
    base64(hex, out);
}

void page_policy(bool served, char text[PAGE_POLICY_SIZE]) {
    char script[BASE64_SIZE], style[BASE64_SIZE];
    hash(page_js, script);
    hash(page_css, style);
    (void)snprintf(text, PAGE_POLICY_SIZE,
                   "default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; "
                   "img-src data:; base-uri 'none'; form-action 'none'%s",
                   script, style, served ? "; connect-src 'self'; frame-ancestors 'none'" : "");
}

/* --- the text --- */

/* The page as it is being written. */
struct writing {
    FILE *out;
    int (*documents)(void *context, FILE *out, struct vib_error *err); /* NULL: it is served */
    void *context;
    struct vib_error *err;
};

/* A policy counts from its place on. */
static int put_style(const struct writing *writing) {
    char policy[PAGE_POLICY_SIZE];
    page_policy(false, policy);
    if (writing->documents != NULL)
        (void)fprintf(writing->out,
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", policy);
    (void)fprintf(writing->out, "<style>%s</style>", (const char *)page_css);
    return VIB_OK;
}

static int put_documents(const struct writing *writing) {
    if (writing->documents == NULL)
        return VIB_OK;
    (void)fputs("<script type=\"application/json\" id=\"documents\">", writing->out);
    const int rc = writing->documents(writing->context, writing->out, writing->err);
    (void)fputs("</script>", writing->out);
    return rc;
}

static int put_script(const struct writing *writing) {
    (void)fprintf(writing->out, "<script>%s</script>", (const char *)page_js);
    return VIB_OK;
}

/* What the skeleton has places for. */
static const struct {
    const char *mark;
    int (*put)(const struct writing *writing);
} places[] = {
    {"<!-- style -->", put_style},
    {"<!-- documents -->", put_documents},
    {"<!-- script -->", put_script},
};

static int write_page(const struct writing *writing) {
    const char *at = (const char *)page_html, *mark;
    int rc = VIB_OK;
    while (rc == VIB_OK && (mark = strstr(at, "<!-- ")) != NULL) {
        (void)fwrite(at, 1, (size_t)(mark - at), writing->out);
        at = mark;
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
            if (strncmp(mark, places[i].mark, strlen(places[i].mark)) == 0) {
                rc = places[i].put(writing);
                at += strlen(places[i].mark);
            }
        if (at == mark)
            (void)fputc(*at++, writing->out);
    }
    (void)fputs(at, writing->out);
    return rc;
}

void page_html_serve(FILE *out) {
    const struct writing writing = {.out = out};
    (void)write_page(&writing); /* only documents can fail */
}

int page_html_file(FILE *out, int (*documents)(void *context, FILE *out, struct vib_error *err),
                   void *context, struct vib_error *err) {
    const struct writing writing = {
        .out = out, .documents = documents, .context = context, .err = err};
    return write_page(&writing);
}

void page_html_json(FILE *out, const char *json, size_t size) {
    while (size > 0) {
        const char *found = memchr(json, '<', size);
        const size_t plain = found != NULL ? (size_t)(found - json) : size;
        (void)fwrite(json, 1, plain, out);
        if (found != NULL)
            (void)fputs("\\u003c", out);
        json += plain + (found != NULL);
        size -= plain + (found != NULL);
    }
}
