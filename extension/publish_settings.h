/*
 * publish_settings.h
 *		The settings labcreator.exporter*, labcreator.grafana_* and
 *		labcreator.prometheus_url
 */
#ifndef LAB_PUBLISH_SETTINGS_H
#define LAB_PUBLISH_SETTINGS_H

typedef enum LabExporter
{
	LAB_EXPORTER_JUSTWATCH,
	LAB_EXPORTER_BURNINGALCHEMIST,
} LabExporter;

extern int lab_exporter; /* LabExporter */
extern char *lab_exporter_file;
extern char *lab_exporter_connection;

extern char *lab_grafana_url;
extern char *lab_grafana_token_file;
extern char *lab_grafana_user;
extern char *lab_grafana_password_file;
extern char *lab_grafana_ca_file;
extern char *lab_grafana_folder;
extern char *lab_grafana_datasource;
extern int lab_grafana_timeout; /* milliseconds */
extern char *lab_prometheus_url;

extern void lab_publish_settings_init(void);

/* The name of lab_exporter, as lab_exporter_config() takes it. */
extern const char *lab_exporter_name(void);

/* What is missing before dashboards can be published, in words; NULL: nothing. */
extern const char *lab_grafana_missing(void);

#endif /* LAB_PUBLISH_SETTINGS_H */
