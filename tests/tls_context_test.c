/* Contexts: certificates and keys from files and memory, and everything that is wrong with them. */
#include "tls_probe.h"

#include <sys/stat.h>

static char folder[] = "/tmp/ouro-tls-XXXXXX";

/* Writes a file into the test's folder. Returns its path, which is valid until the test ends. */
static const char *file_of(const char *name, ouro_bytes content)
{
    static char paths[16][128];
    static int next;
    char *path = paths[next];
    FILE *file;

    if (next++ == 0)
        CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK_INT(fwrite(content.data, 1, content.size, file), content.size);
    fclose(file);
    return path;
}

static void remove_files(void)
{
    static const char *const names[] = { "a.pem", "a.key", "b.pem", "b.key", "both.pem" };
    char path[128];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void expect_refusal(int status, int expected, const char *part)
{
    CHECK_INT(status, expected);
    if (strstr(ouro_error_detail()->text, part) == NULL)
        FAIL("\"%s\" is not in \"%s\"", part, ouro_error_detail()->text);
}

TEST(certificates_in_files)
{
    struct identity other = MAKE_IDENTITY(.name = "other", .hosts = "DNS:other");
    char both[8192];
    const char *certificate = file_of("a.pem", localhost()->certificate_pem);
    const char *key = file_of("a.key", localhost()->key_pem);
    const char *other_key = file_of("b.key", other.key_pem);
    const char *chain;
    ouro_tls_context *context;

    CHECK_INT(ouro_tls_server_context(&context, .certificate_file = certificate, .key_file = key),
              0);
    CHECK_PTR(ouro_tls_context_ref(context), context);
    CHECK(ouro_tls_context_native(context) != NULL);
    ouro_tls_context_unref(context);
    ouro_tls_context_unref(context);
    snprintf(both, sizeof both, "%s%s%s", (const char *) localhost()->certificate_pem.data,
             (const char *) authority()->certificate_pem.data,
             (const char *) localhost()->key_pem.data);
    chain = file_of("both.pem", BYTES(both));
    CHECK_INT(ouro_tls_server_context(&context, .certificate_file = chain), 0);
    ouro_tls_context_unref(context);
    expect_refusal(ouro_tls_server_context(&context, .certificate_file = "/nowhere/x.pem"), -ENOENT,
                   "/nowhere/x.pem: No such file");
    expect_refusal(ouro_tls_server_context(&context, .certificate_file = certificate,
                                           .key_file = "/nowhere/x.key"),
                   -ENOENT, "/nowhere/x.key: No such file");
    expect_refusal(ouro_tls_server_context(&context, .certificate_file = certificate),
                   OURO_ETLSSETUP, "a.pem: there is no key in it");
    expect_refusal(ouro_tls_server_context(&context, .certificate_file = key), OURO_ETLSSETUP,
                   "a.key: there is no certificate in it");
    expect_refusal(
        ouro_tls_server_context(&context, .certificate_file = certificate, .key_file = other_key),
        OURO_ETLSSETUP, "is not the one of the certificate in");
    CHECK_INT(ouro_tls_client_context(&context, .ca_file = certificate), 0);
    ouro_tls_context_unref(context);
    CHECK_INT(ouro_tls_client_context(&context, .ca_directory = folder), 0);
    ouro_tls_context_unref(context);
    expect_refusal(ouro_tls_client_context(&context, .ca_directory = "/nowhere"), -ENOENT,
                   "/nowhere: No such file");
    expect_refusal(ouro_tls_client_context(&context, .crl_file = certificate), OURO_ETLSSETUP,
                   "no list of revoked certificates");
    /* What is no file, or no folder. */
    expect_refusal(ouro_tls_client_context(&context, .ca_file = folder), -EISDIR, folder);
    expect_refusal(ouro_tls_server_context(&context, .certificate_file = folder), -EISDIR, folder);
    expect_refusal(
        ouro_tls_server_context(&context, .certificate_file = certificate, .key_file = folder),
        -EISDIR, folder);
    expect_refusal(ouro_tls_client_context(&context, .crl_file = folder), -EISDIR, folder);
    expect_refusal(ouro_tls_client_context(&context, .ca_directory = certificate), -ENOTDIR,
                   certificate);
    /* What is not needed is missed all the same. */
    expect_refusal(ouro_tls_client_context(&context, .no_verify = true, .crl_file = "/nowhere/x"),
                   -ENOENT, "/nowhere/x: No such file");
    expect_refusal(ouro_tls_client_context(&context, .no_verify = true, .ca_file = "/nowhere/x"),
                   -ENOENT, "/nowhere/x: No such file");
    remove_files();
}

/* PEM in which one character in the middle is another one, or the end of it is missing. */
static ouro_bytes damaged(ouro_bytes pem, bool is_cut)
{
    char *copy = keep(malloc(pem.size + 1));

    memcpy(copy, pem.data, pem.size + 1);
    if (!is_cut)
        copy[pem.size / 3] = copy[pem.size / 3] == '!' ? '?' : '!';
    return (ouro_bytes) { (uint8_t *) copy, is_cut ? pem.size - 10 : pem.size };
}

TEST(certificates_that_are_damaged)
{
    ouro_bytes certificate = localhost()->certificate_pem;
    ouro_bytes key = localhost()->key_pem;
    ouro_bytes nothing = { NULL, 5 };
    ouro_tls_context *context;
    char both[8192];

    for (int is_cut = 0; is_cut < 2; is_cut++) {
        expect_refusal(ouro_tls_client_context(&context, .ca_pem = damaged(certificate, is_cut)),
                       OURO_ETLSSETUP, "certificate 1 in it is damaged");
        expect_refusal(ouro_tls_server_context(&context, .certificate_pem = certificate,
                                               .key_pem = damaged(key, is_cut)),
                       OURO_ETLSSETUP, "the key in it is damaged");
        snprintf(both, sizeof both, "%s%.*s", (const char *) certificate.data,
                 (int) certificate.size - (is_cut ? 10 : 0),
                 (const char *) damaged(certificate, is_cut).data);
        expect_refusal(ouro_tls_client_context(&context, .ca_pem = BYTES(both)), OURO_ETLSSETUP,
                       "certificate 2 in it is damaged");
    }
    expect_refusal(ouro_tls_client_context(&context, .ca_pem = nothing), -EINVAL, "are NULL");
    expect_refusal(ouro_tls_server_context(&context, .certificate_pem = nothing), -EINVAL,
                   "are NULL");
    expect_refusal(
        ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = nothing),
        -EINVAL, "are NULL");
}

/* Bytes of an empty file are not the same as none: nobody must be trusted instead. */
TEST(pem_that_is_empty)
{
    ouro_bytes certificate = localhost()->certificate_pem;
    ouro_bytes key = localhost()->key_pem;
    ouro_bytes empty = OURO_BYTES("");
    ouro_bytes none = { NULL, 0 };
    ouro_tls_context *context;

    expect_refusal(ouro_tls_client_context(&context, .ca_pem = empty), OURO_ETLSSETUP,
                   ".ca_pem is empty: there is no certificate in it");
    expect_refusal(ouro_tls_client_context(&context, .ca_pem = empty, .no_verify = true),
                   OURO_ETLSSETUP, "there is no certificate in it");
    expect_refusal(ouro_tls_client_context(&context, .ca_pem = empty, .ca_directory = "/"),
                   OURO_ETLSSETUP, "there is no certificate in it");
    expect_refusal(ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = key,
                                           .ca_pem = empty,
                                           .client_certificates = OURO_TLS_REQUIRED_CERTIFICATES),
                   OURO_ETLSSETUP, ".ca_pem is empty");
    expect_refusal(ouro_tls_client_context(&context, .certificate_pem = empty), OURO_ETLSSETUP,
                   ".certificate_pem is empty: there is no certificate in it");
    expect_refusal(ouro_tls_client_context(&context, .certificate_pem = empty, .key_pem = key),
                   OURO_ETLSSETUP, ".certificate_pem is empty");
    expect_refusal(ouro_tls_server_context(&context, .certificate_pem = empty, .key_pem = key),
                   OURO_ETLSSETUP, ".certificate_pem is empty");
    expect_refusal(
        ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = empty),
        OURO_ETLSSETUP, ".key_pem is empty: there is no key in it");
    expect_refusal(ouro_tls_client_context(&context, .key_pem = empty), OURO_ETLSSETUP,
                   ".key_pem is empty");
    CHECK_INT(
        ouro_tls_client_context(&context, .ca_pem = none, .certificate_pem = none, .key_pem = none),
        0);
    ouro_tls_context_unref(context);
}

static int give_right(char *ret_password, size_t size, void *arg)
{
    snprintf(ret_password, size, "%s", (const char *) arg);
    return 0;
}

static int give_none(char *ret_password, size_t size, void *arg)
{
    (void) ret_password;
    (void) size;
    (void) arg;
    return -EACCES;
}

TEST(keys_with_passwords)
{
    BIO *bio = BIO_new(BIO_s_mem());
    ouro_bytes certificate = localhost()->certificate_pem;
    ouro_bytes key;
    ouro_tls_context *context;

    PEM_write_bio_PKCS8PrivateKey(bio, localhost()->key, EVP_aes_128_cbc(), "secret", 6, NULL,
                                  NULL);
    key = pem_of(bio);
    CHECK_INT(ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = key,
                                      .password = "secret"),
              0);
    ouro_tls_context_unref(context);
    CHECK_INT(ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = key,
                                      .get_password = give_right, .arg = "secret"),
              0);
    ouro_tls_context_unref(context);
    expect_refusal(ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = key,
                                           .get_password = give_right, .arg = "guessed"),
                   OURO_ETLSSETUP, "the password of the key is wrong");
    expect_refusal(
        ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = key),
        OURO_ETLSSETUP, "the key is encrypted");
    expect_refusal(ouro_tls_server_context(&context, .certificate_pem = certificate, .key_pem = key,
                                           .get_password = give_none),
                   -EACCES, "its password was not given");
}

TEST(bad_options)
{
    ouro_bytes certificate = localhost()->certificate_pem;
    static const char *const no_names[] = { "", NULL };
    ouro_tls_host host = { "example.org", NULL };
    ouro_tls_context *context;

    CHECK_INT(ouro_tls_client_context(NULL), -EINVAL);
    CHECK_INT(ouro_tls_client_context_with(&context, NULL), -EINVAL);
    expect_refusal(ouro_tls_server_context(&context), -EINVAL, "a server needs a certificate");
    expect_refusal(ouro_tls_client_context(&context, .key_pem = localhost()->key_pem), -EINVAL,
                   "no certificate");
    expect_refusal(ouro_tls_client_context(&context, .ca_pem = BYTES("nonsense")), OURO_ETLSSETUP,
                   "there is no certificate in it");
    expect_refusal(ouro_tls_client_context(&context, .ciphers = "NO-SUCH"), OURO_ETLSSETUP,
                   "NO-SUCH");
    expect_refusal(ouro_tls_client_context(&context, .ciphersuites = "NO-SUCH"), OURO_ETLSSETUP,
                   "NO-SUCH");
    expect_refusal(ouro_tls_client_context(&context, .minimum_version = OURO_TLS_1_3,
                                           .maximum_version = OURO_TLS_1_2),
                   -EINVAL, "newer");
    expect_refusal(ouro_tls_client_context(&context, .minimum_version = (ouro_tls_version) 7),
                   -EINVAL, "no versions");
    expect_refusal(ouro_tls_client_context(&context, .alpn = no_names), -EINVAL, "no name");
    expect_refusal(ouro_tls_client_context(&context, .hosts = &host, .host_count = 1), -EINVAL,
                   "for servers");
    expect_refusal(
        ouro_tls_client_context(&context, .client_certificates = OURO_TLS_REQUIRED_CERTIFICATES),
        -EINVAL, ".client_certificates is for servers");
    expect_refusal(ouro_tls_client_context(&context, .no_verify = true,
                                           .client_certificates = OURO_TLS_OPTIONAL_CERTIFICATES),
                   -EINVAL, ".client_certificates is for servers");
    expect_refusal(ouro_tls_server_context(&context, .certificate_pem = certificate,
                                           .key_pem = localhost()->key_pem, .hosts = &host,
                                           .host_count = 1),
                   -EINVAL, "host 0 needs");
    CHECK(ouro_tls_context_ref(NULL) == NULL && ouro_tls_context_unref(NULL) == NULL);
    CHECK(ouro_tls_context_native(NULL) == NULL);
    /* Whom the system trusts. */
    CHECK_INT(ouro_tls_client_context(&context), 0);
    ouro_tls_context_unref(context);
}

TEST_ALLOCATION_FAILURES(contexts_without_memory)
{
    static const char *const names[] = { "h2", "http/1.1", NULL };
    ouro_tls_context *server;
    ouro_tls_context *context;

    (void) localhost();
    if (ouro_tls_server_context(&server, .certificate_pem = localhost()->certificate_pem,
                                .key_pem = localhost()->key_pem, .alpn = names) < 0)
        return;
    ouro_tls_host hosts[] = { { "a.example", server }, { "*.b.example", server } };
    if (ouro_tls_server_context(&context, .hosts = hosts, .host_count = 2) == 0)
        ouro_tls_context_unref(context);
    ouro_tls_context_unref(server);
}
