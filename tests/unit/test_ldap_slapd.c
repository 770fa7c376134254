#include "tests/unit/test_ldap_slapd.h"

#include "base/secret.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/usr/sbin/slapd"

struct slapd slapd;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "failed: %s\n", what);
	abort();
}

static void run(const char *command)
{
	must(system(command) == 0, command);
}

static const char *path_of(const char *name)
{
	return arena_printf(slapd.arena, "%s/%s", slapd.folder, name);
}

static void write_file(const char *name, const char *text)
{
	unlink(path_of(name));
	FILE *f = fopen(path_of(name), "we");

	must(f && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path_of(name), 0400) == 0, name);
}

void slapd_change(const char *ldif)
{
	write_file("change.ldif", ldif);
	run(arena_printf(slapd.arena, "ldapmodify -Q -Y EXTERNAL -H '%s' -f %s >/dev/null", slapd.ldapi,
			 path_of("change.ldif")));
}

struct directory *slapd_open_at(const char *uri, enum service as, bool secrets, const char *ca)
{
	struct directory_place place = { uri, SUFFIX, secrets ? path_of("secrets") : "", ca };
	struct directory *d = NULL;
	const char *why = "";

	must(directory_new(slapd.arena, &place, as, &d, &why) == ERR_OK, why);
	return d;
}

struct directory *slapd_open(enum service as)
{
	return slapd_open_at(slapd.ldapi, as, true, "");
}

void slapd_close(struct directory **d)
{
	directory_free(*d);
}

void slapd_start(void)
{
	const char *both = arena_printf(slapd.arena, "%s %s", slapd.ldapi, slapd.ldaps);

	slapd.pid = fork();
	if (slapd.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(PROGRAM, PROGRAM, "-d", "0", "-F", path_of("slapd.d"), "-h", both, (char *)NULL);
		_exit(127);
	}
	AUTO_DIRECTORY struct directory *d = slapd_open(SERVICE_WEB);

	for (int i = 0; directory_ping(d); i++) {
		must(i < 400, "slapd did not start");
		usleep(25000);
	}
}

void slapd_stop(int sig)
{
	kill(slapd.pid, sig);
	waitpid(slapd.pid, NULL, 0);
	slapd.pid = 0;
}

static const char demo[] =
	"dn: " CAF "\nobjectClass: habCaf\nhabCodeCaf: 921\no: Caf 921\n\n"
	"dn: ou=etablissements," CAF "\nobjectClass: organizationalUnit\nou: etablissements\n\n"
	"dn: ou=fournisseurs," CAF "\nobjectClass: organizationalUnit\nou: fournisseurs\n\n"
	"dn: " PROVIDER "\nobjectClass: habFournisseur\nhabFournisseurId: F001\no: Ville\nhabSiret: 21920012300015\n\n"
	"dn: " AGENT "\nobjectClass: inetOrgPerson\nobjectClass: habAgent\nuid: jmartin\ncn: Jeanne Martin\nsn: Martin\n"
	"mail: j.martin@ville.fr\nhabAgentNumero: A-000001\nhabStatut: active\ndescription:: YQBi\n\n"
	"dn: " PLACE "\nobjectClass: habEtablissement\nobjectClass: habEaje\nhabEtablissementId: E0001\ncn: Lucioles\n"
	"habTypeEtablissement: EAJE\nhabDroitFonctionnement: UID=JMartin,habFournisseurId=f001,OU=Fournisseurs," CAF "\n";

static unsigned free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0,
	     "no port");
	close(fd);
	return ntohs(at.sin_port);
}

static void make_secrets(void)
{
	static const char *const names[] = { "web", "motdepasse", "greffe", "sync", "journal" };

	must(mkdir(path_of("secrets"), 0700) == 0, "secrets");
	for (size_t i = 0; i < LENGTH(names); i++)
		write_file(arena_printf(slapd.arena, "secrets/%s", names[i]), secret_token(slapd.arena));
}

static void make_certificate(const char *name)
{
	run(arena_printf(slapd.arena,
			 "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
			 "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out %s 2>/dev/null",
			 slapd.folder, name));
}

int slapd_set_up(void **state)
{
	const char *src = getenv("HABILIS_SRC") ? getenv("HABILIS_SRC") : getenv("srcdir");
	char folder[] = "/tmp/habilis-ldap.XXXXXX";

	(void)state;
	if (access(PROGRAM, X_OK) || system("command -v openssl ldapmodify >/dev/null") != 0)
		exit(77);
	secret_init();
	must(mkdtemp(folder) != NULL, folder);
	slapd.arena = arena_new();
	slapd.folder = arena_strdup(slapd.arena, folder);
	slapd.ldapi = arena_printf(slapd.arena, "ldapi://%%2Ftmp%%2F%s%%2Fldapi", folder + strlen("/tmp/"));
	slapd.ldaps = arena_printf(slapd.arena, "ldaps://127.0.0.1:%u", free_port());
	make_secrets();
	make_certificate("other.crt");
	make_certificate("server.crt");
	write_file("demo.ldif", demo);
	run(arena_printf(slapd.arena,
			 "make=$(cd '%s' && pwd)/ldap/directory/make-directory.sh && cd %s && cp server.crt ca.crt && "
			 "bash \"$make\" --run \"$PWD\" --tls \"$PWD\" --suffix " SUFFIX
			 " --secrets \"$PWD/secrets\" --ldif demo.ldif",
			 src ? src : ".", folder));
	slapd_start();
	return 0;
}

int slapd_tear_down(void **state)
{
	(void)state;
	if (slapd.pid)
		slapd_stop(SIGTERM);
	run(arena_printf(slapd.arena, "rm -rf %s", slapd.folder));
	arena_free(slapd.arena);
	return 0;
}
