/*
 * publish_grafana.h
 *		Grafana as a target of the publisher.
 */
#ifndef LAB_PUBLISH_GRAFANA_H
#define LAB_PUBLISH_GRAFANA_H

#include "worker/publisher.h"

extern const LabTarget lab_target_grafana;

#endif /* LAB_PUBLISH_GRAFANA_H */
