/* Certificates, keys, and whom to trust: from files and from memory. */
#include "base/alloc.h"
#include "tls/context.h"
#include "tls/failure.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPERATION "tls_context"

/* Where the password of a key comes from. */
struct password {
    const ouro_tls_options *options;
    int status; /* of the user's function, or 0 */
    bool is_asked;
};

/* One thing to be loaded: a file's path, or bytes. */
struct source {
    const char *path; /* NULL: memory */
    ouro_bytes bytes;
    const char *name; /* for texts */
};

static int give_password(char *buffer, int size, int is_writing, void *arg)
{
    struct password *password = arg;
    const ouro_tls_options *options = password->options;
    size_t len;

    (void) is_writing;
    password->is_asked = true;
    if (options->get_password != NULL) {
        password->status = options->get_password(buffer, (size_t) size, options->arg);
        return password->status < 0 ? -1 : (int) strnlen(buffer, (size_t) size);
    }
    if (options->password == NULL)
        return -1;
    len = strlen(options->password);
    if (len > (size_t) size)
        return -1;
    memcpy(buffer, options->password, len);
    return (int) len;
}

static struct source source_of(const char *path, ouro_bytes bytes)
{
    return (struct source) { .path = path,
                             .bytes = bytes,
                             .name = path != NULL ? path : "the bytes that were given" };
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Why a file or folder cannot be read. Returns the status. */
static int refuse_file(const char *path, int number)
{
    return ouro_error_set(-number, OPERATION, "%s: %s", path, ouro_strerror(-number));
}

/* True if OpenSSL has found nothing in PEM, or no more; else what it has found is damaged. */
static bool is_at_end(void)
{
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

/* Opens a source. Returns NULL with the detail set. */
static BIO *open_source(const struct source *source, int *ret_status)
{
    BIO *bio;

    *ret_status = 0;
    if (source->path == NULL) {
        bio = source->bytes.size <= INT_MAX
                  ? BIO_new_mem_buf(source->bytes.data, (int) source->bytes.size)
                  : NULL;
        if (bio == NULL)
            *ret_status = ouro_error_set(-ENOMEM, OPERATION, "out of memory");
        return bio;
    }
    errno = 0;
    bio = BIO_new_file(source->path, "r");
    if (bio == NULL)
        *ret_status = refuse_file(source->path, errno != 0 ? errno : EIO);
    else if (is_folder(source->path)) /* which can be opened, and not read */
        *ret_status = refuse_file(source->path, EISDIR);
    if (*ret_status == 0)
        return bio;
    BIO_free(bio);
    return NULL;
}

/* Reads all certificates of a source. Returns how many `add` has got, or an error. */
static int read_certificates(const struct source *source, struct password *password,
                             int (*add)(void *target, X509 *certificate, int index), void *target)
{
    int count = 0;
    int status;
    BIO *bio = open_source(source, &status);
    X509 *certificate;

    if (bio == NULL)
        return status;
    while (status == 0 &&
           (certificate = PEM_read_bio_X509_AUX(bio, NULL, give_password, password)) != NULL) {
        status = add(target, certificate, count++);
        X509_free(certificate);
    }
    BIO_free(bio);
    if (status == 0 && !is_at_end())
        status = ouro__tls_failure(OPERATION, "%s: certificate %d in it is damaged", source->name,
                                   count + 1);
    if (status == 0 && count == 0)
        status = ouro_error_set(OURO_ETLSSETUP, OPERATION,
                                "%s: there is no certificate in it, in PEM (-----BEGIN ...)",
                                source->name);
    ERR_clear_error();
    return status < 0 ? status : count;
}

/* An authority that is trusted; a server tells its clients which ones it accepts. */
static int trust(void *target, X509 *certificate, int index)
{
    ouro_tls_context *context = target;

    (void) index;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context->native), certificate) == 1 &&
        (!context->is_server || SSL_CTX_add_client_CA(context->native, certificate) == 1))
        return 0;
    return ouro__tls_failure(OPERATION, "an authority's certificate cannot be used");
}

/* The first certificate is the own one, the others lead to its authority. */
static int add_to_chain(void *target, X509 *certificate, int index)
{
    int is_done = index == 0 ? SSL_CTX_use_certificate(target, certificate)
                             : (int) SSL_CTX_add1_chain_cert(target, certificate);

    if (is_done == 1)
        return 0;
    return ouro__tls_failure(OPERATION, "the certificate cannot be used");
}

static int load_revoked(SSL_CTX *native, const char *path)
{
    X509_STORE *store = SSL_CTX_get_cert_store(native);
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    struct source source = { .path = path };
    int status;
    BIO *bio = open_source(&source, &status);

    if (bio == NULL)
        return status;
    BIO_free(bio);
    if (lookup == NULL || X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) < 1)
        return ouro__tls_failure(OPERATION, "%s: there is no list of revoked certificates in it",
                                 path);
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return 0;
}

/* Whom to trust. */
static int load_trust(ouro_tls_context *context, const ouro_tls_options *options)
{
    SSL_CTX *native = context->native;
    X509_STORE *store = SSL_CTX_get_cert_store(native);
    struct password password = { .options = options };
    bool is_own = options->ca_file != NULL || options->ca_directory != NULL ||
                  options->ca_pem.size > 0;
    int status = 0;

    /* A certificate in the store is trusted, whoever has issued it. */
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN |
                                    (options->no_strict ? 0 : X509_V_FLAG_X509_STRICT));
    /* What is given is loaded though nobody may be verified: a mistake in it shows. */
    if (SSL_CTX_get_verify_mode(native) != SSL_VERIFY_NONE && !is_own &&
        SSL_CTX_set_default_verify_paths(native) != 1)
        return ouro__tls_failure(OPERATION, "the system's authorities cannot be found");
    if (options->ca_file != NULL) {
        struct source source = source_of(options->ca_file, options->ca_pem);

        status = read_certificates(&source, &password, trust, context);
    }
    if (status >= 0 && options->ca_pem.size > 0) {
        struct source source = source_of(NULL, options->ca_pem);

        status = read_certificates(&source, &password, trust, context);
    }
    if (status >= 0 && options->ca_directory != NULL) {
        if (access(options->ca_directory, F_OK) == 0 && !is_folder(options->ca_directory))
            return refuse_file(options->ca_directory, ENOTDIR);
        if (access(options->ca_directory, R_OK | X_OK) < 0)
            return refuse_file(options->ca_directory, errno);
        if (SSL_CTX_load_verify_dir(native, options->ca_directory) != 1)
            status = ouro__tls_failure(OPERATION, "%s: cannot be used", options->ca_directory);
    }
    if (status >= 0 && options->crl_file != NULL)
        status = load_revoked(native, options->crl_file);
    return status < 0 ? status : 0;
}

/* True if a source says that it has a key, or is damaged so that it cannot be told. */
static bool has_key(BIO *bio)
{
    bool is_found = false;
    char *name;
    char *header;
    unsigned char *data;
    long size;

    (void) ERR_set_mark();
    (void) BIO_reset(bio);
    while (!is_found && PEM_read_bio(bio, &name, &header, &data, &size) == 1) {
        is_found = strstr(name, "PRIVATE KEY") != NULL;
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t) size);
    }
    is_found = is_found || !is_at_end();
    (void) ERR_pop_to_mark();
    return is_found;
}

/* Why a key could not be read. */
static int refuse_key(const struct source *source, BIO *bio, const struct password *password)
{
    bool has_password = password->options->password != NULL ||
                        password->options->get_password != NULL;

    if (password->status < 0)
        return ouro_error_set(password->status, OPERATION, "%s: its password was not given",
                              source->name);
    if (password->is_asked && !has_password)
        return ouro_error_set(OURO_ETLSSETUP, OPERATION,
                              "%s: the key is encrypted: give its .password", source->name);
    if (password->is_asked)
        return ouro_error_set(OURO_ETLSSETUP, OPERATION, "%s: the password of the key is wrong",
                              source->name);
    if (has_key(bio))
        return ouro__tls_failure(OPERATION, "%s: the key in it is damaged", source->name);
    return ouro_error_set(OURO_ETLSSETUP, OPERATION, "%s: there is no key in it, in PEM",
                          source->name);
}

static int load_key(SSL_CTX *native, const struct source *source, const struct source *certificate,
                    const ouro_tls_options *options)
{
    struct password password = { .options = options };
    int status;
    BIO *bio = open_source(source, &status);
    EVP_PKEY *key;

    if (bio == NULL)
        return status;
    key = PEM_read_bio_PrivateKey(bio, NULL, give_password, &password);
    if (key == NULL)
        status = refuse_key(source, bio, &password);
    BIO_free(bio);
    if (key == NULL)
        return status;
    if (SSL_CTX_use_PrivateKey(native, key) != 1 || SSL_CTX_check_private_key(native) != 1)
        status = ouro_error_set(OURO_ETLSSETUP, OPERATION,
                                "the key in %s is not the one of the certificate in %s",
                                source->name, certificate->name);
    EVP_PKEY_free(key);
    return status;
}

/* Who we are. */
static int load_identity(ouro_tls_context *context, const ouro_tls_options *options)
{
    struct source certificate = source_of(options->certificate_file, options->certificate_pem);
    struct source key = source_of(options->key_file, options->key_pem);
    struct password password = { .options = options };
    int status;

    if (certificate.path == NULL && certificate.bytes.size == 0) {
        if (key.path != NULL || key.bytes.size > 0)
            return ouro_error_set(-EINVAL, OPERATION, "there is a key, and no certificate");
        if (context->is_server && options->host_count == 0 && options->server_name == NULL)
            return ouro_error_set(-EINVAL, OPERATION,
                                  "a server needs a certificate: give .certificate_file");
        return 0;
    }
    if (key.path == NULL && key.bytes.size == 0)
        key = certificate;
    status = read_certificates(&certificate, &password, add_to_chain, context->native);
    return status < 0 ? status : load_key(context->native, &key, &certificate, options);
}

/* Refuses bytes that are given and empty, such as those of an empty file: taken for none they would
 * have the system trusted in place of an authority of one's own. Returns 0 or an error. */
static int check_bytes(ouro_bytes bytes, const char *option, const char *content)
{
    if (bytes.data == NULL && bytes.size > 0)
        return ouro_error_set(-EINVAL, OPERATION, "the bytes of %s are NULL", option);
    if (bytes.data != NULL && bytes.size == 0)
        return ouro_error_set(OURO_ETLSSETUP, OPERATION,
                              "%s is empty: there is no %s in it, in PEM", option, content);
    return 0;
}

int ouro__tls_load(ouro_tls_context *context, const ouro_tls_options *options)
{
    int status = check_bytes(options->ca_pem, ".ca_pem", "certificate");

    if (status == 0)
        status = check_bytes(options->certificate_pem, ".certificate_pem", "certificate");
    if (status == 0)
        status = check_bytes(options->key_pem, ".key_pem", "key");
    if (status == 0)
        status = load_trust(context, options);
    return status < 0 ? status : load_identity(context, options);
}
